/** Tests whether a ticket can be turned into a copy of another user's object (docs/security.md). */
import type { Admitted } from "../../src/operation/admit.ts";
import { isRefused, isAccepted, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName, type Setting } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import { put, signOnePart, type Session } from "./session.ts";

export const COPIES: readonly Probe[] = [
  { name: "copy-source", run: tryCopy },
  { name: "copy-source-on-part", run: tryCopyOnPart },
];

/** Servers behind WSGI take both for one header, and look for the first one among the signed ones. */
const SPELLINGS = ["x-amz-copy-source", "x_amz_copy_source"] as const;
type Spelling = (typeof SPELLINGS)[number];

/** Sends a ticket with a copy source. With another guard than that of the store, it is signed for that. */
type Attempt = (spelling: Spelling, guard?: "signed-empty") => Promise<Answer>;

/** Stores an object of another user and returns its copy source. A missing object would be refused for that alone. */
async function putVictim(session: Session): Promise<string> {
  const victim = await session.admit();
  await putFirst(session, await session.sign(victim));
  return `/${session.store.bucket}/${session.locate(victim).key}`;
}

async function tryCopy(session: Session): Promise<readonly Finding[]> {
  const source = await putVictim(session);
  const attempt: Attempt = async (spelling, guard) =>
    put(session, await session.sign(guarded(session, await session.admit(), guard)), {
      headers: { [spelling]: source },
    });
  return [await trySpellings(session, "copy-source", attempt)];
}

/** Tries a part of the signed length and an empty one: some stores compare the length only after the copy. */
async function tryCopyOnPart(session: Session): Promise<readonly Finding[]> {
  const name = "copy-source-on-part";
  if (session.policies.every((policy) => policy.multipartFrom === undefined)) return [];
  const source = await putVictim(session);
  const full = partWith(session, source, session.body);
  const finding = await trySpellings(session, name, full);
  if (finding.verdict !== "good") return [finding];
  const empty = partWith(session, source, new Uint8Array());
  const ofEmpty = await trySpellings(session, name, empty);
  if (ofEmpty.verdict !== "bad") return [finding];
  const canBeEmpty = session.policies.some(
    ({ minBytes, multipartFrom }) => minBytes === 0 && multipartFrom !== undefined,
  );
  if (canBeEmpty) return [ofEmpty];
  const message = `${finding.message}. Only an empty part would become a copy, and no policy allows one`;
  return [{ name, verdict: "note", message }];
}

function partWith(session: Session, source: string, body: Uint8Array<ArrayBuffer>): Attempt {
  return async (spelling, guard) => {
    const admitted = guarded(session, await session.admitParts(), guard);
    const uploadId = await session.createUpload(admitted);
    const ticket = await signOnePart(session, admitted, { uploadId, bytes: body.length });
    return put(session, ticket, { headers: { [spelling]: source }, body });
  };
}

/** Returns the upload with another copy guard than that of the store. */
function guarded({ store }: Session, admitted: Admitted, guard?: "signed-empty"): Admitted {
  const grant = { ...admitted.grant, store: { ...store, copyGuard: guard ?? store.copyGuard } };
  return { ...admitted, grant };
}

/** Returns the finding of the first spelling that makes a copy, or of the ordinary one. */
async function trySpellings(
  session: Session,
  name: FindingName,
  attempt: Attempt,
): Promise<Finding> {
  const findings: Finding[] = [];
  for (const spelling of SPELLINGS) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as all probes
    const answer = await attempt(spelling);
    if (isCopy(answer)) return explainCopy(session, { name, spelling, attempt });
    findings.push(evaluate(name, answer));
  }
  const [ordinary = unknown(name, "not tested")] = findings;
  return findings.find(({ verdict }) => verdict === "unknown") ?? ordinary;
}

const isCopy = (answer: Answer): boolean =>
  isAccepted(answer) && /<Copy(Object|Part)Result/.test(answer.text);

function evaluate(name: FindingName, answer: Answer): Finding {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isAccepted(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  return good(name, `ignored with ${statusOf(answer)}: the body that was sent is stored`);
}

interface Copied {
  readonly name: FindingName;
  readonly spelling: Spelling;
  readonly attempt: Attempt;
}

async function explainCopy(session: Session, { name, ...copied }: Copied): Promise<Finding> {
  const message = `a ticket was turned into a copy of another object with the header ${copied.spelling}: the uploader can then read it`;
  const setting = await findGuard(session, copied);
  const ways = [
    ...(setting ? ['set copyGuard: "signed-empty" on the store'] : []),
    ...(copied.spelling.includes("_")
      ? ["put a proxy in front of the store that drops header names with underscores"]
      : []),
    session.hasReader
      ? "remove the permission to read (s3:GetObject) from the writing key"
      : "remove the permission to read from the writing key, and add a reading key (…_READ_ACCESS_KEY_ID)",
  ];
  return { name, verdict: "bad", message, fix: ways.join(", or "), ...(setting && { setting }) };
}

/** Returns the copy guard as a setting, if the store then accepts an unchanged ticket and refuses the copy. */
async function findGuard(
  session: Session,
  { spelling, attempt }: Omit<Copied, "name">,
): Promise<Setting | undefined> {
  if (session.store.copyGuard === "signed-empty") return undefined;
  const ticket = await session.sign(guarded(session, await session.admit(), "signed-empty"));
  if (!isAccepted(await put(session, ticket))) return undefined;
  const isKept = isRefused(await attempt(spelling, "signed-empty"));
  return isKept ? { copyGuard: "signed-empty" } : undefined;
}
