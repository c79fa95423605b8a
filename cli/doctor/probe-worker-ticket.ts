/** Uploads a file through a deployed Worker with a user's token: ticket, PUT, completion, receipt. */
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { Ticket } from "../../client/web/src/index.ts";
import type { Config, Policy } from "../../src/config/config.ts";
import { describeBytes } from "../../src/describe-bytes.ts";
import { describeFailure, openUploader } from "../open-uploader.ts";
import { good, type Finding } from "./finding.ts";
import { sampleFile, sampleOf } from "./sample.ts";

interface TicketProbe {
  readonly url: URL;
  readonly config: Config;
  readonly token: string;
  readonly policy: string | undefined;
}

const BYTES = 64;
/** A larger file is not sent for a test. */
const MAX_BYTES = 64 * 2 ** 20;

/** Returns the finding of an upload with the smallest file that the policy allows. */
export async function probeWorkerTicket({
  url,
  config,
  token,
  policy: name,
}: TicketProbe): Promise<Finding> {
  const policy = config.policies.get(name ?? config.defaultPolicy ?? "");
  if (!policy) {
    const message = "not tested: choose a policy of the configuration with --policy";
    return { name: "worker-ticket", verdict: "note", message };
  }
  const size = Math.max(policy.minBytes, Math.min(BYTES, policy.maxBytes));
  if (size > MAX_BYTES) {
    const message = `not tested: the smallest file of "${policy.name}" has ${describeBytes(size)}. Choose another policy with --policy`;
    return { name: "worker-ticket", verdict: "note", message };
  }
  return send({ url, config, token, policy: name }, policy, size);
}

async function send(
  { url, config, token }: TicketProbe,
  policy: Policy,
  size: number,
): Promise<Finding> {
  const name = "worker-ticket";
  const { contentType, extension } = sampleOf(policy.types);
  const file = new Blob([sampleFile(contentType, size)]);
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
    return good(name, `uploaded ${file.size} bytes as ${key}, with a valid receipt`);
  } catch (error) {
    if (other) return { name, verdict: "bad", ...other };
    if (error instanceof errors.JOSEError) {
      const fix =
        "deploy this configuration with npm run deploy: the deployed one issues other receipts";
      return { name, verdict: "bad", message: `the receipt is not valid: ${error.code}`, fix };
    }
    const fix = "follow the message, or test the store itself with npx edge-presigner doctor";
    return { name, verdict: "bad", message: describeFailure(error), fix };
  }
}

/** Returns the problem if the ticket is for a store that this configuration does not have. */
function differsFrom(
  policy: Policy,
  { url = "" }: Ticket,
): Pick<Finding, "message" | "fix"> | undefined {
  const known = [...policy.stores.values()].some(
    ({ origin, basePath }) => origin === undefined || url.startsWith(origin + basePath),
  );
  if (known) return undefined;
  return {
    message: `the ticket is for ${new URL(url).host}, which is not a store of the policy "${policy.name}"`,
    fix: "deploy this configuration: npm run deploy",
  };
}
