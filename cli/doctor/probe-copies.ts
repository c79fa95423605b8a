/** Whether a ticket can be turned into a copy of somebody else's object (docs/security.md). */
import { isRefused, isTaken, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName, type Setting } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import { put, signOnePart, type Session } from "./session.ts";

export const COPIES: readonly Probe[] = [
  { name: "copy-source", run: tryCopy },
  { name: "copy-source-on-part", run: tryCopyOnPart },
];

/** An object that is not the attacker's. One that is not there would be refused for that alone. */
async function putVictim(session: Session): Promise<string> {
  const victim = await session.admit();
  await putFirst(session, await session.sign(victim));
  return `/${session.store.bucket}/${victim.key.encoded}`;
}

async function tryCopy(session: Session): Promise<readonly Finding[]> {
  const source = await putVictim(session);
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket, { headers: { "x-amz-copy-source": source } });
  return [await judge(session, "copy-source", answer)];
}

/** With the length that is signed, and empty: some stores compare the two only after they copied. */
async function tryCopyOnPart(session: Session): Promise<readonly Finding[]> {
  const name = "copy-source-on-part";
  if (session.policies.every((policy) => policy.multipartFrom === undefined)) return [];
  const source = await putVictim(session);
  const whole = await copyOntoPart(session, source, session.body);
  const finding = await judge(session, name, whole);
  if (finding.verdict !== "good") return [finding];
  const empty = await copyOntoPart(session, source, new Uint8Array());
  const ofEmpty = await judge(session, name, empty);
  if (ofEmpty.verdict !== "bad") return [finding];
  const canBeEmpty = session.policies.some(
    ({ minBytes, multipartFrom }) => minBytes === 0 && multipartFrom !== undefined,
  );
  if (canBeEmpty) return [ofEmpty];
  const says = `${statusOf(whole)} for a part of a signed length; only one of no bytes would be a copy, and no policy allows that`;
  return [{ name, verdict: "note", says }];
}

async function copyOntoPart(
  session: Session,
  source: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<Answer> {
  const admitted = await session.admit();
  const uploadId = await session.begin(admitted);
  const ticket = await signOnePart(session, admitted, { uploadId, bytes: body.length });
  return put(session, ticket, { headers: { "x-amz-copy-source": source }, body });
}

async function judge(session: Session, name: FindingName, answer: Answer): Promise<Finding> {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isTaken(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  if (!/<Copy(Object|Part)Result/.test(answer.text))
    return good(name, `${statusOf(answer)}, and passed over: what was sent is stored`);
  const says = "a ticket was turned into a copy of another object: whoever uploads can read it";
  const setting = await findGuard(session);
  const otherwise = session.hasReader
    ? "take the right to read (s3:GetObject) from the writing key"
    : "give the writing key no right to read, and the Worker a second pair, …_READ_ACCESS_KEY_ID";
  const mend = setting ? `set copyGuard: "signed-empty" on it, or ${otherwise}` : otherwise;
  return { name, verdict: "bad", says, mend, ...(setting && { setting }) };
}

/** The guard, if it works here: a PUT without the header is taken, one with it is not. */
async function findGuard(session: Session): Promise<Setting | undefined> {
  if (session.store.copyGuard === "signed-empty") return undefined;
  const guarded = { ...session.store, copyGuard: "signed-empty" } as const;
  const admitted = await session.admit();
  const grant = { ...admitted.grant, store: guarded };
  const ticket = await session.sign({ ...admitted, grant });
  return isTaken(await put(session, ticket)) ? { copyGuard: "signed-empty" } : undefined;
}
