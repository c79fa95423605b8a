/** Decides what the Worker would answer to a request for a ticket, by the Worker's own steps, without a store or a ledger. */
import type { Config, Policy } from "../../src/config/config.ts";
import type { Quarantine } from "../../src/config/quarantine-schema.ts";
import { describeBytes } from "../../src/describe-bytes.ts";
import { parseIntent } from "../../src/http/v1-request.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import { authorize, findPolicy, type Grant } from "../../src/grant/authorize.ts";
import { needsPartChecksums } from "../../src/grant/checksum.ts";
import type { Parts } from "../../src/grant/parts.ts";
import { findStore, type Region } from "../../src/grant/region.ts";
import { requireAction } from "../../src/grant/token-scope.ts";
import { openAdmitted } from "../../src/operation/open-multipart.ts";
import { signPart, signPut } from "../../src/operation/ticket.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { admissionOf, admitUnused, type SimulationContext } from "./admission.ts";
import { authenticateClaims, describeCaller, type Claims } from "./caller.ts";
import { decideInSteps, type Allowed, type Refusal } from "./steps.ts";

/** A request: the claims of its token, the body of `POST /v1/uploads`, and where it comes from. */
export interface SimulatedRequest {
  readonly claims: Claims;
  readonly body: unknown;
  readonly region: Region;
}

/** A ticket without its signature. */
export interface SimulatedTicket {
  readonly key: string;
  /** Where the ticket leads under quarantine. */
  readonly pendingKey: string | undefined;
  readonly store: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The names in `X-Amz-SignedHeaders`. For a multipart upload: of each part. */
  readonly signedHeaders: readonly string[];
  readonly contentLength: number | undefined;
  readonly expiresInSeconds: number;
  readonly parts: Parts | undefined;
}

export type Decision = Allowed<{ readonly ticket: SimulatedTicket }> | Refusal;

/** Any value will do: only the name of its header is shown. */
const ANY_SHA256 = btoa("\0".repeat(32));

/** Returns the decision. A refusal is a decision too, and not an error. */
export async function decide(
  config: Config,
  { claims, body, region }: SimulatedRequest,
  context: SimulationContext,
): Promise<Decision> {
  return decideInSteps(context, async (done) => {
    const caller = await authenticateClaims(config, claims, context.nowMs);
    requireAction(caller, "upload");
    done(describeCaller(caller), "request");
    const intent = parseIntent(body);
    done("the body is valid", "policy");
    const policy = findPolicy(config, caller, intent.policy);
    const store = findStore(policy, region);
    done(`${policy.name}, stored in ${store.name}`, "grant");
    const grant = authorize(config, caller, intent, { region, now: new Date(context.nowMs) });
    done(describeGrant(grant), "key");
    const admission = admissionOf(grant, context);
    done(admission.key.text, "limits");
    const admitted = await admitUnused(admission, context.nowMs);
    done(describeLimits(policy, grant), "ticket");
    const ticket = await signTicket(admitted, context);
    done(describeTicket(ticket), "complete");
    if (policy.quarantine) done(describeQuarantine(policy.quarantine, grant), "complete");
    return { ticket };
  });
}

async function signTicket(
  admitted: Admitted,
  { nowMs }: SimulationContext,
): Promise<SimulatedTicket> {
  const { grant, key, claims } = admitted;
  const url = await signOne(admitted, new Date(nowMs));
  const signedHeaders = new URL(url).searchParams.get("X-Amz-SignedHeaders") ?? "";
  return {
    key: key.text,
    pendingKey: claims.pendingKey,
    store: grant.store.name,
    headers: grant.headers,
    signedHeaders: signedHeaders.split(";"),
    contentLength: grant.size,
    expiresInSeconds: grant.expiresInSeconds,
    parts: grant.parts,
  };
}

/** Returns the URL of the ticket, or of the first part, signed with placeholder credentials. */
async function signOne(admitted: Admitted, now: Date): Promise<string> {
  const { grant } = admitted;
  const { store, parts, expiresInSeconds } = grant;
  const signer = createSigner(store.credentials, store);
  if (!parts) return (await signPut(admitted, { signer, now })).url;
  const upload = openAdmitted(admitted, { uploadId: "simulated", parts });
  const sha256 = needsPartChecksums(store, grant.checksum) ? ANY_SHA256 : undefined;
  const part = { partNumber: 1, sha256, expiresInSeconds };
  return (await signPart(upload, part, { signer, now })).url;
}

function describeGrant({ contentType, size, maxBytes, parts, checksum }: Grant): string {
  const length =
    size === undefined
      ? "size unknown"
      : `${describeBytes(size)} of at most ${describeBytes(maxBytes)}`;
  return [
    contentType,
    length,
    ...(checksum ? [`with its ${checksum.algorithm}`] : []),
    ...(parts ? [`${parts.partCount} parts of ${describeBytes(parts.partSize)}`] : []),
  ].join(", ");
}

function describeLimits({ quota }: Policy, { size, maxBytes }: Grant): string {
  if (!quota) return "no quota";
  return `${describeBytes(size ?? maxBytes)} fit into the unused quota of a new user`;
}

function describeTicket({ expiresInSeconds, pendingKey }: SimulatedTicket): string {
  const where = pendingKey === undefined ? "" : `, for ${pendingKey}`;
  return `valid for ${expiresInSeconds} seconds${where}`;
}

function describeQuarantine({ verify, scanner }: Quarantine, { contentType }: Grant): string {
  const checks = [
    ...(verify.includes("magic") ? [`its first bytes are those of ${contentType}`] : []),
    ...(scanner ? [`the scanner ${scanner.url ?? scanner.binding} calls it clean`] : []),
  ];
  return `copies the file to its key if ${checks.join(" and ")}`;
}
