/** What the writing key, and nobody at all, may do beyond putting. */
import { isRefused, isTaken, statusOf, type Answer } from "./ask.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import { put, type Session } from "./session.ts";

interface Beyond {
  readonly name: FindingName;
  readonly says: string;
  readonly mend: string;
  /** Good to know, and nothing to mend. */
  readonly isMeant?: boolean;
}

export async function probeRights(session: Session): Promise<readonly Finding[]> {
  const admitted = await session.admit();
  await put(session, await session.sign(admitted));
  const { store, origin, isEmbedded, policies } = session;
  const path = store.basePath + admitted.key.encoded;
  const signed = async (method: string, at: string, query: Readonly<Record<string, string>>) =>
    session.ask(
      await session.writer.presign({
        method,
        origin,
        path: at,
        query,
        headers: {},
        expiresInSeconds: 60,
        now: new Date(session.nowMs()),
      }),
      { method },
    );
  const isMeant = isEmbedded;
  const second = session.hasReader
    ? "take the right away: the second pair has it"
    : "give the Worker a second pair, …_READ_ACCESS_KEY_ID, and take the right from this one";
  const list = { "list-type": "2", "max-keys": "1" };
  const lists = judge(await signed("GET", store.basePath, list), {
    name: "writer-lists",
    says: "the writing key lists the bucket",
    mend: second,
    isMeant,
  });
  const reads = judge(await signed("GET", path, {}), {
    name: "writer-reads",
    says: "the writing key reads objects",
    mend: second,
    isMeant,
  });
  const publicObject = judge(await session.ask(origin + path), {
    name: "public-object",
    says: "anybody can read what was uploaded",
    mend: "make the bucket private (AWS: Block Public Access), and give download tickets",
  });
  const publicList = judge(await session.ask(`${origin}${store.basePath}?list-type=2&max-keys=1`), {
    name: "public-list",
    says: "anybody can list the bucket",
    mend: "make the bucket private (AWS: Block Public Access)",
  });
  // Last, as it takes the object away.
  const deletes = judge(await signed("DELETE", path, {}), {
    name: "writer-deletes",
    says: "the writing key deletes objects",
    mend: "take the right away: no policy deletes",
    isMeant: isMeant || policies.some(({ isDeleteAllowed }) => isDeleteAllowed),
  });
  return [lists, reads, deletes, publicObject, publicList];
}

function judge(answer: Answer, { name, says, mend, isMeant = false }: Beyond): Finding {
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isTaken(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  return isMeant ? { name, verdict: "note", says } : { name, verdict: "bad", says, mend };
}
