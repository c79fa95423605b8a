/** Compares the simulator with the Worker, which is its reference: every `POST /v1/uploads` of every test is sent to both. */
import { decodeJwt } from "jose";
import { expect } from "vitest";
import { decide, type Decision } from "../../../cli/simulate/decide.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import { placeOf } from "../../../src/http/place.ts";
import type { Env } from "../../../src/secret.ts";

/** What depends on more than the request: who asked before, and what is in order environment. */
const BEYOND = new Set([
  "bad-request",
  "unauthenticated",
  "revoked",
  "origin-not-allowed",
  "rate-limited",
  "quota-exceeded",
  "internal",
  "store-unavailable",
  "ledger-unavailable",
  "upload-expired",
  "misconfigured",
]);
const MAX_BODY_BYTES = 16 * 1024;
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

interface Judging {
  readonly config: unknown;
  readonly env: Env;
  readonly now: () => number;
}

type Json = Readonly<Record<string, unknown>>;

/** Asks the simulator what `POST /v1/uploads` was asked; fails where it says something else. */
export async function expectAgreement(
  request: Request,
  response: Response,
  { config, env, now }: Judging,
): Promise<void> {
  const { origin } = new URL(request.url);
  const answer: Json = await response.json();
  const text = await request.text();
  if (
    !request.headers.has("authorization") ||
    BEYOND.has(String(answer["code"])) ||
    text.length > MAX_BODY_BYTES
  )
    return;

  const token = (request.headers.get("authorization") ?? "").replace(/^Bearer +/i, "");
  const question = {
    claims: decodeJwt(token),
    body: JSON.parse(text) as unknown,
    region: placeOf(request).region,
  };
  const moment = {
    nowMs: now(),
    newId: () => "00000000-0000-4000-8000-000000000001",
    requestOrigin: origin,
  };
  const decision = await decide(compileConfig(config, env), question, moment);
  expect(simulated(decision), "what simulate says").toEqual(answered(response.status, answer));
}

function simulated(decision: Decision): Json {
  const { status } = decision;
  if (!decision.isAllowed) return { status, ...refusal(decision.problem) };
  const { key, headers, signedHeaders, contentLength, parts } = decision.ticket;
  return {
    status,
    key: key.replaceAll(ID, "{id}"),
    signedHeaders,
    ...(parts
      ? { partSize: parts.partSize, partCount: parts.partCount }
      : { headers, contentLength }),
  };
}

function answered(status: number, answer: Json): Json {
  if (status !== 201) return { status, ...refusal(answer) };
  const multipart = answer["multipart"] as
    | { partSize: number; partCount: number; parts: { url: string }[] }
    | undefined;
  const url = multipart ? multipart.parts[0]?.url : String(answer["url"]);
  return {
    status,
    key: String(answer["key"]).replaceAll(ID, "{id}"),
    // Parts that each need a checksum get no ticket before they have it.
    signedHeaders:
      url === undefined
        ? ["content-length", "host", "x-amz-checksum-sha256"]
        : new URL(url).searchParams.get("X-Amz-SignedHeaders")?.split(";"),
    ...(multipart
      ? { partSize: multipart.partSize, partCount: multipart.partCount }
      : { headers: answer["headers"], contentLength: answer["contentLength"] }),
  };
}

const refusal = ({ code, detail, errors, limit, actual }: Json): Json => ({
  code,
  detail,
  errors,
  limit,
  actual,
});
