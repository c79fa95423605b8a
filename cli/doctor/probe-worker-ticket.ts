/** A file all the way through a deployed Worker, with a user's own token: ticket, PUT, completion, receipt. */
import { randomBytes } from "node:crypto";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { Ticket } from "../../client/web/src/index.ts";
import type { Config, Policy } from "../../src/config/config.ts";
import { describeFailure, openUploader } from "../open-uploader.ts";
import { good, type Finding } from "./finding.ts";
import { sampleOf } from "./sample.ts";

interface Asked {
  readonly url: URL;
  readonly config: Config;
  readonly token: string;
  readonly policy: string | undefined;
}

const BYTES = 64;
/** More is not sent for a look. */
const MAX_BYTES = 64 * 2 ** 20;

export async function probeWorkerTicket({
  url,
  config,
  token,
  policy: name,
}: Asked): Promise<Finding> {
  const policy = config.policies.get(name ?? config.defaultPolicy ?? "");
  if (!policy) {
    const says = "not tried: name one of the configuration's policies with --policy";
    return { name: "worker-ticket", verdict: "note", says };
  }
  const size = Math.max(policy.minBytes, Math.min(BYTES, policy.maxBytes));
  if (size > MAX_BYTES) {
    const says = `not tried: the smallest file of "${policy.name}" has ${size} bytes; --policy names another`;
    return { name: "worker-ticket", verdict: "note", says };
  }
  return send({ url, config, token, policy: name }, policy, new Blob([randomBytes(size)]));
}

async function send({ url, config, token }: Asked, policy: Policy, file: Blob): Promise<Finding> {
  const name = "worker-ticket";
  const { contentType, extension } = sampleOf(policy.types);
  let other: ReturnType<typeof differsFrom>;
  try {
    const uploader = await openUploader({ url, token });
    const upload = uploader.start(file, {
      policy: policy.name,
      contentType,
      filename: `doctor.${extension}`,
      ...(policy.multipartFrom !== undefined && { multipart: false }),
      onTicket: (ticket) => {
        other = differsFrom(policy, ticket);
        if (other) void upload.abort().catch(() => undefined);
      },
    });
    const { key, receipt } = await upload.done;
    const { issuer, audience } = config.receipts;
    const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", url));
    await jwtVerify(receipt, keys, { issuer, audience, typ: "upload-receipt+jwt" });
    return good(name, `${file.size} bytes went all the way, as ${key}, with a good receipt`);
  } catch (error) {
    if (other) return { name, verdict: "bad", ...other };
    if (error instanceof errors.JOSEError) {
      const mend = "deploy the configuration that you have here: its receipts have other terms";
      return { name, verdict: "bad", says: `the receipt is not good: ${error.code}`, mend };
    }
    const mend = "do what it says; npx edge-presigner doctor tries the store itself";
    return { name, verdict: "bad", says: describeFailure(error), mend };
  }
}

/** The ticket of another configuration than the one in this folder. */
function differsFrom(
  policy: Policy,
  { url = "" }: Ticket,
): Pick<Finding, "says" | "mend"> | undefined {
  const known = [...policy.stores.values()].some(
    ({ origin, basePath }) => origin === undefined || url.startsWith(origin + basePath),
  );
  if (known) return undefined;
  return {
    says: `its ticket is for ${new URL(url).host}, which no store of "${policy.name}" is`,
    mend: "deploy the configuration that you have here: npm run deploy",
  };
}
