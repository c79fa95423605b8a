/** Tests what the writing key can do beyond PUT, and what anybody can do without a key. */
import { hasPlaceholder } from "../../src/key/template.ts";
import { encodeKey, type EncodedKey } from "../../src/store/encode-key.ts";
import { ADVICE } from "../setup/advice.ts";
import { isRefused, isAccepted, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import type { Session } from "./session.ts";

const PRIVATE = "make the bucket private (AWS: Block Public Access)";
const LIST = { "list-type": "2", "max-keys": "1" };

/** Each probe uses an existing object: a missing one would be refused for that alone. */
export const PERMISSIONS: readonly Probe[] = [
  { name: "writer-lists", run: tryListing },
  { name: "writer-reads", run: tryReading },
  { name: "writer-deletes", run: tryDeleting },
  { name: "public-object", run: tryPublicObject },
  { name: "public-list", run: tryPublicList },
];

async function tryListing(session: Session): Promise<readonly Finding[]> {
  const answer = await askAsWriter(session, "GET", { query: LIST });
  return [evaluateWriter(session, answer, { name: "writer-lists", action: "lists the bucket" })];
}

async function tryReading(session: Session): Promise<readonly Finding[]> {
  const answer = await askAsWriter(session, "GET", { key: await putOne(session) });
  return [evaluateWriter(session, answer, { name: "writer-reads", action: "reads objects" })];
}

async function tryDeleting(session: Session): Promise<readonly Finding[]> {
  const name = "writer-deletes";
  const answer = await askAsWriter(session, "DELETE", { key: await putOne(session) });
  const { policies, hasReader } = session;
  const isAsked = policies.some((policy) => policy.delete);
  // Completion deletes what it rejects, with this key if there is no reading key.
  const isNeeded =
    isAsked || (!hasReader && policies.some(({ template }) => hasPlaceholder(template, "id")));
  const action = "deletes objects";
  if (isAccepted(answer) && isNeeded)
    return [
      { name, verdict: "note", message: `the writing key ${action}, which its policies need` },
    ];
  return [
    evaluateWriter(session, answer, {
      name,
      action,
      fix: "remove this permission: no policy needs it",
    }),
  ];
}

async function tryPublicObject(session: Session): Promise<readonly Finding[]> {
  const answer = await session.sendRequest(
    session.origin + session.store.basePath + (await putOne(session)),
  );
  const message = "anybody can read uploaded objects";
  return [
    evaluate(answer, {
      name: "public-object",
      message,
      fix: `${PRIVATE}, and use download tickets`,
    }),
  ];
}

async function tryPublicList({ sendRequest, origin, store }: Session): Promise<readonly Finding[]> {
  const answer = await sendRequest(
    `${origin}${store.basePath}?${new URLSearchParams(LIST).toString()}`,
  );
  return [
    evaluate(answer, { name: "public-list", message: "anybody can list the bucket", fix: PRIVATE }),
  ];
}

/** Stores an object and returns its key. Throws `Inconclusive`. */
async function putOne(session: Session): Promise<EncodedKey> {
  const admitted = await session.admit();
  await putFirst(session, await session.sign(admitted));
  return session.locate(admitted).key;
}

async function askAsWriter(
  { sendRequest, writer, origin, store, nowMs }: Session,
  method: "GET" | "DELETE",
  {
    key = encodeKey(""),
    query = {},
  }: { readonly key?: EncodedKey; readonly query?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const now = new Date(nowMs());
  const { basePath } = store;
  const request = { method, origin, basePath, key, query, headers: {}, expiresInSeconds: 60, now };
  return sendRequest(await writer.presign(request), { method });
}

interface ExtraPermission {
  readonly name: FindingName;
  readonly action: string;
  readonly fix?: string;
}

/** Returns a note instead of a problem for providers whose keys cannot be restricted to PUT. */
function evaluateWriter(
  session: Session,
  answer: Answer,
  { name, action, fix }: ExtraPermission,
): Finding {
  const { store, hasReader } = session;
  const message = `the writing key ${action}`;
  if (isAccepted(answer) && ADVICE[store.providerName].isReaderOptional) {
    const note = `${message}: keys of ${store.provider.title} cannot be restricted to PUT`;
    return { name, verdict: "note", message: note };
  }
  const second = hasReader
    ? "remove this permission: the reading key has it"
    : "add a reading key (…_READ_ACCESS_KEY_ID), and remove this permission from the writing key";
  return evaluate(answer, { name, message, fix: fix ?? second });
}

function evaluate(
  answer: Answer,
  { name, message, fix }: Pick<Finding, "name" | "message" | "fix">,
): Finding {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isAccepted(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  return { name, verdict: "bad", message, ...(fix !== undefined && { fix }) };
}
