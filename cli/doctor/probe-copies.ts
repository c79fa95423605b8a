/** Tests whether a ticket can be turned into a copy of another user's object (docs/security.md). */
import { isRefused, isAccepted, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName, type Setting } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import { put, signOnePart, type Session } from "./session.ts";

export const COPIES: readonly Probe[] = [
  { name: "copy-source", run: tryCopy },
  { name: "copy-source-on-part", run: tryCopyOnPart },
];

/** Stores an object of another user and returns its copy source. A missing object would be refused for that alone. */
async function putVictim(session: Session): Promise<string> {
  const victim = await session.admit();
  await putFirst(session, await session.sign(victim));
  return `/${session.store.bucket}/${victim.key.encoded}`;
}

async function tryCopy(session: Session): Promise<readonly Finding[]> {
  const source = await putVictim(session);
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket, { headers: { "x-amz-copy-source": source } });
  return [await evaluate(session, "copy-source", answer)];
}

/** Tries a part of the signed length and an empty one: some stores compare the length only after the copy. */
async function tryCopyOnPart(session: Session): Promise<readonly Finding[]> {
  const name = "copy-source-on-part";
  if (session.policies.every((policy) => policy.multipartFrom === undefined)) return [];
  const source = await putVictim(session);
  const full = await copyOntoPart(session, source, session.body);
  const finding = await evaluate(session, name, full);
  if (finding.verdict !== "good") return [finding];
  const empty = await copyOntoPart(session, source, new Uint8Array());
  const ofEmpty = await evaluate(session, name, empty);
  if (ofEmpty.verdict !== "bad") return [finding];
  const canBeEmpty = session.policies.some(
    ({ minBytes, multipartFrom }) => minBytes === 0 && multipartFrom !== undefined,
  );
  if (canBeEmpty) return [ofEmpty];
  const message = `refused with ${statusOf(full)}. Only an empty part would become a copy, and no policy allows one`;
  return [{ name, verdict: "note", message }];
}

async function copyOntoPart(
  session: Session,
  source: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<Answer> {
  const admitted = await session.admit();
  const uploadId = await session.createUpload(admitted);
  const ticket = await signOnePart(session, admitted, { uploadId, bytes: body.length });
  return put(session, ticket, { headers: { "x-amz-copy-source": source }, body });
}

async function evaluate(session: Session, name: FindingName, answer: Answer): Promise<Finding> {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isAccepted(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  if (!/<Copy(Object|Part)Result/.test(answer.text))
    return good(name, `ignored with ${statusOf(answer)}: the body that was sent is stored`);
  const message =
    "a ticket was turned into a copy of another object, which the uploader can then read";
  const setting = await findGuard(session);
  const otherwise = session.hasReader
    ? "remove the permission to read (s3:GetObject) from the writing key"
    : "remove the permission to read from the writing key, and add a reading key (…_READ_ACCESS_KEY_ID)";
  const fix = setting ? `set copyGuard: "signed-empty" on the store, or ${otherwise}` : otherwise;
  return { name, verdict: "bad", message, fix, ...(setting && { setting }) };
}

/** Returns the copy guard as a setting if the store accepts an unchanged ticket with it. */
async function findGuard(session: Session): Promise<Setting | undefined> {
  if (session.store.copyGuard === "signed-empty") return undefined;
  const runProbe = { ...session.store, copyGuard: "signed-empty" } as const;
  const admitted = await session.admit();
  const grant = { ...admitted.grant, store: runProbe };
  const ticket = await session.sign({ ...admitted, grant });
  return isAccepted(await put(session, ticket)) ? { copyGuard: "signed-empty" } : undefined;
}
