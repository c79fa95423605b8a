/** What the Worker would answer to a request for a ticket, step by step: its own steps, with no store and no ledger. */
import type { Config, Policy } from "../../src/config/config.ts";
import { readIntent } from "../../src/http/v1-request.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import type { Caller } from "../../src/grant/authenticate.ts";
import {
  authorize,
  findPolicy,
  findStore,
  type Grant,
  type Region,
} from "../../src/grant/authorize.ts";
import { needsPartChecksums } from "../../src/grant/checksum.ts";
import { sizeOfPart, type Parts } from "../../src/grant/parts.ts";
import { Problem, problemBody } from "../../src/problem.ts";
import { sign, signPart } from "../../src/operation/ticket.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { admissionOf, admitUnused, type Moment } from "./admission.ts";
import { callerOf, type Claims } from "./caller.ts";

/** What is asked: the claims of a token, the body of `POST /v1/uploads`, and where from. */
export interface Question {
  readonly claims: Claims;
  readonly body: unknown;
  readonly region: Region;
}

type StepName = "token" | "request" | "policy" | "grant" | "key" | "limits" | "ticket";

interface Step {
  readonly step: StepName;
  readonly says: string;
}

/** A ticket without its signature. */
export interface SimulatedTicket {
  readonly key: string;
  readonly store: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The names in `X-Amz-SignedHeaders`. For an upload in parts: of each part. */
  readonly signedHeaders: readonly string[];
  readonly contentLength: number | undefined;
  readonly expiresInSeconds: number;
  readonly parts: Parts | undefined;
}

export type Decision =
  | {
      readonly isAllowed: true;
      readonly status: 201;
      readonly steps: readonly Step[];
      readonly ticket: SimulatedTicket;
    }
  | {
      readonly isAllowed: false;
      readonly status: number;
      readonly steps: readonly Step[];
      readonly refusedAt: StepName;
      /** As the Worker answers it. */
      readonly problem: Readonly<Record<string, unknown>>;
      /** What the Worker tells its log alone. */
      readonly reason: string | undefined;
    };

/** Only its name is told. */
const ANY_SHA256 = btoa("\0".repeat(32));

/** Never throws a problem: a refusal is an answer. */
export async function decide(
  config: Config,
  { claims, body, region }: Question,
  moment: Moment,
): Promise<Decision> {
  const steps: Step[] = [];
  let at: StepName = "token";
  const done = (says: string, next: StepName) => {
    steps.push({ step: at, says });
    at = next;
  };
  try {
    const caller = await callerOf(config, claims, moment.nowMs);
    done(describeCaller(caller), "request");
    const intent = readIntent(body);
    done("of the right shape", "policy");
    const policy = findPolicy(config, caller, intent.policy);
    const store = findStore(policy, region);
    done(`${policy.name}, into the store ${store.name}`, "grant");
    const grant = authorize(config, caller, intent, region);
    done(describeGrant(grant), "key");
    const admission = admissionOf(grant, moment);
    done(admission.key.text, "limits");
    const admitted = await admitUnused(admission, moment.nowMs);
    done(describeLimits(policy, grant), "ticket");
    const ticket = await issue(admitted, moment);
    done(`good for ${ticket.expiresInSeconds} seconds`, "ticket");
    return { isAllowed: true, status: 201, steps, ticket };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { cause } = error;
    return {
      isAllowed: false,
      status: error.status,
      steps,
      refusedAt: at,
      problem: problemBody(error, moment.newId()),
      reason: cause instanceof Error ? cause.message : undefined,
    };
  }
}

async function issue(
  admitted: Admitted,
  { nowMs, requestOrigin }: Moment,
): Promise<SimulatedTicket> {
  const { grant, key } = admitted;
  const url = await signOne(admitted, new Date(nowMs), requestOrigin);
  const signedHeaders = new URL(url).searchParams.get("X-Amz-SignedHeaders") ?? "";
  return {
    key: key.text,
    store: grant.store.name,
    headers: grant.headers,
    signedHeaders: signedHeaders.split(";"),
    contentLength: grant.size,
    expiresInSeconds: grant.expiresInSeconds,
    parts: grant.parts,
  };
}

/** The ticket's URL, or that of the first part, with whatever stands in for the credentials. */
async function signOne(admitted: Admitted, now: Date, requestOrigin: string): Promise<string> {
  const { grant, key } = admitted;
  const { store, parts, size = 0, expiresInSeconds } = grant;
  const signer = createSigner(store.credentials, store);
  if (!parts) return (await sign(admitted, { signer, now, requestOrigin })).url;
  const location = { store, encodedKey: key.encoded, origin: requestOrigin };
  const bytes = sizeOfPart(size, parts, 1);
  const sha256 = needsPartChecksums(store, grant.checksum) ? ANY_SHA256 : undefined;
  const part = { location, uploadId: "simulated", partNumber: 1, bytes, sha256 };
  return (await signPart(part, { signer, now, expiresInSeconds })).url;
}

function describeCaller({ user, issuer, segment, narrowing }: Caller): string {
  const less =
    Object.keys(narrowing).length > 0
      ? `, narrowed by its ${Object.keys(narrowing).join(", ")}`
      : "";
  return `${user} of ${issuer}, in keys ${segment}${less}`;
}

function describeGrant({ contentType, size, maxBytes, parts, checksum }: Grant): string {
  const length =
    size === undefined ? "of a size that is not told" : `${size} of at most ${maxBytes} bytes`;
  return [
    contentType,
    length,
    ...(checksum ? [`with its ${checksum.algorithm}`] : []),
    ...(parts ? [`in ${parts.partCount} parts of ${parts.partSize}`] : []),
  ].join(", ");
}

function describeLimits({ quota }: Policy, { size, maxBytes }: Grant): string {
  if (!quota) return "no quota";
  const bytes = size ?? maxBytes;
  return `${bytes} bytes fit into the quota of a user who has sent nothing yet`;
}
