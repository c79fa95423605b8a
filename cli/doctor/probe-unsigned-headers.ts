/** Tests whether a client can add headers to a ticket, and what they change. */
import { headObject } from "../../src/store/object.ts";
import { isRefused, isAccepted, statusOf } from "./send-request.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

const METADATA: UnsignedHeader = {
  header: ["x-amz-meta-edge-presigner-doctor", "1"],
  problem: "a client can add its own metadata",
  fix: "do not trust the metadata of objects, or use a version of the store that refuses unsigned headers",
};
const ACL: UnsignedHeader = {
  header: ["x-amz-acl", "public-read"],
  problem: "a client can make its object public",
  fix: "remove the permission to set ACLs (s3:PutObjectAcl), or use a version of the store that refuses unsigned headers",
};

export const UNSIGNED: readonly Probe[] = [
  {
    name: "unsigned-metadata",
    run: async (session) => tryKnown(session, "unsigned-metadata", METADATA),
  },
  { name: "unsigned-acl", run: async (session) => tryKnown(session, "unsigned-acl", ACL) },
];

/** Turns a problem into a note if the provider is known for it. */
async function tryKnown(
  session: Session,
  name: FindingName,
  unsigned: UnsignedHeader,
): Promise<readonly Finding[]> {
  const finding = await tryUnsigned(session, name, unsigned);
  const isKnown = session.store.provider.unsignedHeaders === "accepted";
  if (finding.verdict !== "bad" || !isKnown) return [finding];
  return [
    { name, verdict: "note", message: `${finding.message}, which is known for this provider` },
  ];
}

interface UnsignedHeader {
  readonly header: readonly [name: string, value: string];
  readonly problem: string;
  readonly fix: string;
}

async function tryUnsigned(
  session: Session,
  name: FindingName,
  { header: [header, value], problem, fix }: UnsignedHeader,
): Promise<Finding> {
  const admitted = await session.admit();
  const answer = await put(session, await session.sign(admitted), { headers: { [header]: value } });
  if (isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  if (!isAccepted(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  const isSeen = await hasEffect(session, admitted, header);
  if (!isSeen) return good(name, `ignored: ${statusOf(answer)}`);
  return { name, verdict: "bad", message: `${problem}: ${statusOf(answer)}`, fix };
}

/** Returns whether the header changed the object. Throws `StoreUnavailable` if the object cannot be read. */
async function hasEffect(
  session: Session,
  admitted: Parameters<Session["locate"]>[0],
  header: string,
): Promise<boolean> {
  const location = session.locate(admitted);
  if (header === "x-amz-acl") {
    const { store, origin } = session;
    const anonymous = await session.sendRequest(origin + store.basePath + location.key);
    return isAccepted(anonymous);
  }
  const found = await headObject(location, session.accessWith(session.reader));
  return found?.metadata[header.slice("x-amz-meta-".length)] !== undefined;
}
