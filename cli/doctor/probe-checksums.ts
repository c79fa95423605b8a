/** Which checksums the store looks at, against what its row says. */
import {
  CHECKSUM_ALGORITHMS,
  CHECKSUMS,
  type ChecksumAlgorithm,
} from "../../src/store/checksum.ts";
import { isRefused, isTaken, type Answer } from "./send-request.ts";
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
  const seen = await see(session, algorithm);
  if (seen === undefined) return unknown(name, "the store gave no answer that tells");
  const assumed = session.store.provider.checksums[algorithm] ?? "refused";
  const demanding = session.policies
    .filter(({ checksum, checksums }) => checksum !== "optional" && checksums.has(algorithm))
    .map((policy) => policy.name);
  if (seen === assumed || (assumed === "unverified" && demanding.length === 0)) {
    const says = SAYS[seen];
    return seen === "enforced" ? good(name, says) : { name, verdict: "note", says };
  }
  const setting = { capabilities: { checksums: { [algorithm]: seen } } };
  const row = `its row says ${assumed}`;
  if (seen === "enforced") return { name, verdict: "note", says: `${SAYS[seen]}: ${row}`, setting };
  const mend =
    demanding.length > 0
      ? `let ${demanding.join(", ")} demand one that is enforced, and set what follows`
      : "set what follows, so that no policy relies on it";
  return { name, verdict: "bad", says: `${SAYS[seen]}: ${row}`, mend, setting };
}

const SAYS: Readonly<Record<Seen, string>> = {
  enforced: "a body that differs is refused",
  ignored: "not looked at: a body that differs is stored",
  refused: "the store takes no request with it",
};

/** What the store does with a right one and a wrong one. */
async function see(session: Session, algorithm: ChecksumAlgorithm): Promise<Seen | undefined> {
  const right = await send(session, algorithm, DIGESTS[algorithm]);
  if (isRefused(right)) return "refused";
  if (!isTaken(right)) return undefined;
  const wrong = await send(session, algorithm, flip(DIGESTS[algorithm]));
  if (isTaken(wrong)) return "ignored";
  return isRefused(wrong) ? "enforced" : undefined;
}

/** The policy's own request with another checksum: a bucket may refuse one without the rest. */
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

/** Another digest of the same length. */
function flip(digest: string): string {
  const bytes = Buffer.from(digest, "base64");
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return bytes.toString("base64");
}
