/** Headers that no ticket has, and what they would do. */
import { headObject } from "../../src/store/object.ts";
import { isRefused, isTaken, statusOf } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

const METADATA: Unsigned = {
  header: ["x-amz-meta-edge-presigner-doctor", "1"],
  taken: "a client adds metadata of its own to a ticket",
  mend: "take an object's metadata for the client's word, or use a version of the store that refuses unsigned headers",
};
const ACL: Unsigned = {
  header: ["x-amz-acl", "public-read"],
  taken: "a client makes its object public",
  mend: "take away the right to set ACLs (s3:PutObjectAcl), or use a version of the store that refuses unsigned headers",
};

export const UNSIGNED: readonly Probe[] = [
  {
    name: "unsigned-metadata",
    run: async (session) => tryKnown(session, "unsigned-metadata", METADATA),
  },
  { name: "unsigned-acl", run: async (session) => tryKnown(session, "unsigned-acl", ACL) },
];

/** What the store's row says already is no fault of this one. */
async function tryKnown(
  session: Session,
  name: FindingName,
  unsigned: Unsigned,
): Promise<readonly Finding[]> {
  const finding = await tryUnsigned(session, name, unsigned);
  const isKnown = session.store.provider.unsignedHeaders === "accepted";
  if (finding.verdict !== "bad" || !isKnown) return [finding];
  return [{ name, verdict: "note", says: `${finding.says}, as its row says` }];
}

interface Unsigned {
  readonly header: readonly [name: string, value: string];
  readonly taken: string;
  readonly mend: string;
}

async function tryUnsigned(
  session: Session,
  name: FindingName,
  { header: [header, value], taken, mend }: Unsigned,
): Promise<Finding> {
  const admitted = await session.admit();
  const answer = await put(session, await session.sign(admitted), { headers: { [header]: value } });
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isTaken(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  const isSeen = await hasEffect(session, admitted, header);
  if (!isSeen) return good(name, `${statusOf(answer)}, and passed over`);
  return { name, verdict: "bad", says: `${taken}: ${statusOf(answer)}`, mend };
}

/** Throws `StoreUnavailable` where nobody may look. */
async function hasEffect(
  session: Session,
  admitted: Parameters<Session["locate"]>[0],
  header: string,
): Promise<boolean> {
  const location = session.locate(admitted);
  if (header === "x-amz-acl") {
    const { store, origin } = session;
    const anonymous = await session.ask(origin + store.basePath + location.key);
    return isTaken(anonymous);
  }
  const found = await headObject(location, session.asking(session.reader));
  return found?.metadata[header.slice("x-amz-meta-".length)] !== undefined;
}
