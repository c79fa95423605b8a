/** What the writing key, and nobody at all, may do beyond putting. */
import { hasPlaceholder } from "../../src/key/template.ts";
import { encodeKey, type EncodedKey } from "../../src/store/encode-key.ts";
import { ADVICE } from "../setup/advice.ts";
import { isRefused, isTaken, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import type { Session } from "./session.ts";

const PRIVATE = "make the bucket private (AWS: Block Public Access)";
const LIST = { "list-type": "2", "max-keys": "1" };

/** Each of an object that is there: what is absent is refused for that alone. */
export const RIGHTS: readonly Probe[] = [
  { name: "writer-lists", run: tryListing },
  { name: "writer-reads", run: tryReading },
  { name: "writer-deletes", run: tryDeleting },
  { name: "public-object", run: tryPublicObject },
  { name: "public-list", run: tryPublicList },
];

async function tryListing(session: Session): Promise<readonly Finding[]> {
  const answer = await askAsWriter(session, "GET", { query: LIST });
  return [judgeWriter(session, answer, { name: "writer-lists", does: "lists the bucket" })];
}

async function tryReading(session: Session): Promise<readonly Finding[]> {
  const answer = await askAsWriter(session, "GET", { key: await putOne(session) });
  return [judgeWriter(session, answer, { name: "writer-reads", does: "reads objects" })];
}

async function tryDeleting(session: Session): Promise<readonly Finding[]> {
  const name = "writer-deletes";
  const answer = await askAsWriter(session, "DELETE", { key: await putOne(session) });
  const { policies, hasReader } = session;
  const isAsked = policies.some((policy) => policy.delete);
  // What completion rejects is taken away, and without a second pair by this one.
  const isNeeded =
    isAsked || (!hasReader && policies.some(({ template }) => hasPlaceholder(template, "id")));
  const does = "deletes objects";
  if (isTaken(answer) && isNeeded)
    return [{ name, verdict: "note", says: `the writing key ${does}, as its policies need` }];
  return [
    judgeWriter(session, answer, { name, does, mend: "take the right away: no policy needs it" }),
  ];
}

async function tryPublicObject(session: Session): Promise<readonly Finding[]> {
  const answer = await session.ask(
    session.origin + session.store.basePath + (await putOne(session)),
  );
  const says = "anybody can read what was uploaded";
  return [
    judge(answer, { name: "public-object", says, mend: `${PRIVATE}, and give download tickets` }),
  ];
}

async function tryPublicList({ ask, origin, store }: Session): Promise<readonly Finding[]> {
  const answer = await ask(`${origin}${store.basePath}?${new URLSearchParams(LIST).toString()}`);
  return [
    judge(answer, { name: "public-list", says: "anybody can list the bucket", mend: PRIVATE }),
  ];
}

/** Its key. Throws `Unproven`. */
async function putOne(session: Session): Promise<EncodedKey> {
  const admitted = await session.admit();
  await putFirst(session, await session.sign(admitted));
  return admitted.key.encoded;
}

async function askAsWriter(
  { ask, writer, origin, store, nowMs }: Session,
  method: "GET" | "DELETE",
  {
    key = encodeKey(""),
    query = {},
  }: { readonly key?: EncodedKey; readonly query?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const now = new Date(nowMs());
  const { basePath } = store;
  const request = { method, origin, basePath, key, query, headers: {}, expiresInSeconds: 60, now };
  return ask(await writer.presign(request), { method });
}

interface Beyond {
  readonly name: FindingName;
  readonly does: string;
  readonly mend?: string;
}

/** Some providers have no key that only puts: then there is nothing to mend. */
function judgeWriter(session: Session, answer: Answer, { name, does, mend }: Beyond): Finding {
  const { store, hasReader } = session;
  const says = `the writing key ${does}`;
  if (isTaken(answer) && ADVICE[store.providerName].isReaderOptional) {
    const note = `${says}: ${store.provider.title} has no key that only puts`;
    return { name, verdict: "note", says: note };
  }
  const second = hasReader
    ? "take the right away: the second pair has it"
    : "give the Worker a second pair, …_READ_ACCESS_KEY_ID, and take the right from this one";
  return judge(answer, { name, says, mend: mend ?? second });
}

function judge(
  answer: Answer,
  { name, says, mend }: Pick<Finding, "name" | "says" | "mend">,
): Finding {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isTaken(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  return { name, verdict: "bad", says, ...(mend !== undefined && { mend }) };
}
