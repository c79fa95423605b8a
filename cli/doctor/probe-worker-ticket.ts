/** A file all the way through a deployed Worker, with a user's own token: ticket, PUT, completion, receipt. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { Config, Policy } from "../../src/config/config.ts";
import type { Checksum } from "../../src/store/checksum.ts";
import { FILE_CHECKSUMS, digestFile } from "../describe-file.ts";
import { sendFile, ticketSchema, type Ticket } from "../send/send-file.ts";
import { Refused, createWorkerClient } from "../send/service.ts";
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
  const folder = await mkdtemp(join(tmpdir(), "edge-presigner-"));
  try {
    const path = join(folder, "doctor");
    await writeFile(path, randomBytes(size));
    return await send({ url, config, token, policy: name }, policy, { path, size });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const mend = "do what it says; npx edge-presigner doctor tries the store itself";
    return { name: "worker-ticket", verdict: "bad", says: error.message, mend };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function send(
  { url, config, token }: Asked,
  policy: Policy,
  { path, size }: { readonly path: string; readonly size: number },
): Promise<Finding> {
  const name = "worker-ticket";
  const worker = createWorkerClient(url, token);
  const { contentType, extension } = sampleOf(policy.types);
  const checksum = await checksumFor(policy, path);
  const ticket = await worker.ask(ticketSchema, "/v1/uploads", {
    policy: policy.name,
    contentType,
    filename: `doctor.${extension}`,
    size,
    ...(checksum && { checksum }),
    ...(policy.multipartFromBytes !== undefined && { multipart: false }),
  });
  const other = differsFrom(policy, ticket);
  if (other) return { name, verdict: "bad", ...other };
  const { receipt } = await sendFile(worker, ticket, { path, size, onSent: () => undefined });
  try {
    const { issuer, audience } = config.receipt;
    const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", url));
    await jwtVerify(receipt, keys, { issuer, audience, typ: "upload-receipt+jwt" });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    const mend = "deploy the configuration that you have here: its receipts have other terms";
    return { name, verdict: "bad", says: `the receipt is not good: ${error.code}`, mend };
  }
  return good(name, `${size} bytes went all the way, as ${ticket.key}, with a good receipt`);
}

/** Where the policy demands one that Node.js can make. */
async function checksumFor(
  { isChecksumRequired, checksums }: Policy,
  path: string,
): Promise<Checksum | undefined> {
  const algorithm = FILE_CHECKSUMS.find((known) => checksums.has(known));
  return isChecksumRequired && algorithm ? digestFile(path, algorithm) : undefined;
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
