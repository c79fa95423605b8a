/** Tests which checksums the store verifies, and compares that with its provider profile. */
import {
  CHECKSUM_ALGORITHMS,
  CHECKSUMS,
  type ChecksumAlgorithm,
} from "../../src/store/checksum.ts";
import { isRefused, isAccepted, type Answer } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { DIGESTS } from "./sample.ts";
import { put, type Session } from "./session.ts";

type Seen = "enforced" | "ignored" | "refused";

export const CHECKSUMS_SEEN: readonly Probe[] = CHECKSUM_ALGORITHMS.map((algorithm) => ({
  name: `checksum-${algorithm}`,
  run: async (session) => [await tryChecksum(session, algorithm)],
}));

async function tryChecksum(session: Session, algorithm: ChecksumAlgorithm): Promise<Finding> {
  const name = `checksum-${algorithm}` as const;
  const seen = await observe(session, algorithm);
  if (seen === undefined) return unknown(name, "the store failed, so that the test gave no result");
  const assumed = session.store.provider.checksums[algorithm] ?? "refused";
  const demanding = session.policies
    .filter(({ checksum, checksums }) => checksum !== "optional" && checksums.has(algorithm))
    .map((policy) => policy.name);
  if (seen === assumed || (assumed === "unverified" && demanding.length === 0)) {
    const message = MESSAGES[seen];
    return seen === "enforced" ? good(name, message) : { name, verdict: "note", message };
  }
  const setting = { capabilities: { checksums: { [algorithm]: seen } } };
  const profile = `the profile of the provider says ${assumed}`;
  if (seen === "enforced")
    return { name, verdict: "note", message: `${MESSAGES[seen]}, but ${profile}`, setting };
  const fix =
    demanding.length > 0
      ? `require an enforced checksum in ${demanding.join(", ")}, and set the capabilities below`
      : "set the capabilities below, so that no policy relies on it";
  return { name, verdict: "bad", message: `${MESSAGES[seen]}, but ${profile}`, fix, setting };
}

const MESSAGES: Readonly<Record<Seen, string>> = {
  enforced: "enforced: a body with another checksum is refused",
  ignored: "not verified: a body with another checksum is stored",
  refused: "the store refuses every request with it",
};

/** Returns what the store was seen to do, or `undefined` if the test gave no result. */
export function seenIn(finding: Finding | undefined): Seen | undefined {
  const all = ["enforced", "ignored", "refused"] as const;
  return all.find((seen) => finding?.message.startsWith(MESSAGES[seen]));
}

/** Returns what the store does with a correct and a wrong checksum, or `undefined` if it fails. */
async function observe(session: Session, algorithm: ChecksumAlgorithm): Promise<Seen | undefined> {
  const right = await send(session, algorithm, DIGESTS[algorithm]);
  if (isRefused(right)) return "refused";
  if (!isAccepted(right)) return undefined;
  const wrong = await send(session, algorithm, flip(DIGESTS[algorithm]));
  if (isAccepted(wrong)) return "ignored";
  return isRefused(wrong) ? "enforced" : undefined;
}

/** Sends a ticket with this checksum and all other headers of the policy: a bucket policy may require them. */
async function send(
  session: Session,
  algorithm: ChecksumAlgorithm,
  digest: string,
): Promise<Answer> {
  const { provider } = session.store;
  const admitted = await session.admit();
  const { header, sdkName } = CHECKSUMS[algorithm];
  const others = Object.entries(admitted.grant.headers).filter(([name]) => !IS_CHECKSUM.test(name));
  const headers = {
    ...Object.fromEntries(others),
    [header]: digest,
    ...(provider.needsSdkChecksumAlgorithm &&
      sdkName && { "x-amz-sdk-checksum-algorithm": sdkName }),
  };
  const ticket = await session.sign({ ...admitted, grant: { ...admitted.grant, headers } });
  return put(session, ticket);
}

const IS_CHECKSUM = /^(content-md5|x-amz-(sdk-)?checksum-.*)$/;

/** Returns another digest of the same length. */
function flip(digest: string): string {
  const bytes = Buffer.from(digest, "base64");
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return bytes.toString("base64");
}
