/** AssumeRole of AWS STS, which Ceph and MinIO have too (AWS STS API Reference, version 2011-06-15). */
import { boundedFetch, type BoundedResponse } from "../bounded-fetch.ts";
import { encodeKey } from "./encode-key.ts";
import { StoreUnavailable, unexpectedResponse, type StoreAccess } from "./request.ts";
import type { TemporaryCredentials } from "./scoped-access.ts";
import { endpointOf, type Store } from "./store.ts";
import { isDocument, readBlocks, readField } from "./xml.ts";

export interface RoleRequest {
  readonly roleArn: string | undefined;
  /** 2 to 64 of `[\w+=,.@-]`: the store's own logs show it. */
  readonly sessionName: string;
  readonly sessionPolicy: string;
  readonly durationSeconds: number;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 32 * 1024;
const MAX_TOKEN_CHARACTERS = 8192;
/** How much later than asked for they may end: the clocks differ. */
const CLOCK_TOLERANCE_MS = 300_000;

/** Returns the credentials. `signer` signs for the service `sts`. Throws `StoreUnavailable`. */
export async function assumeRole(
  store: Store,
  { roleArn, sessionName, sessionPolicy, durationSeconds }: RoleRequest,
  { signer, now, fetch, time }: StoreAccess,
): Promise<TemporaryCredentials> {
  const body = new URLSearchParams({
    Action: "AssumeRole",
    Version: "2011-06-15",
    ...(roleArn !== undefined && { RoleArn: roleArn }),
    RoleSessionName: sessionName,
    DurationSeconds: String(durationSeconds),
    Policy: sessionPolicy,
  }).toString();
  const startedAtMs = now();
  const { url, headers } = await signer.signHeaders({
    method: "POST",
    origin: stsOrigin(store),
    basePath: "/",
    key: encodeKey(""),
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body,
    now: new Date(startedAtMs),
  });
  const init = { method: "POST", headers, body };
  const request = { url, init, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
  const send = () => boundedFetch(request, fetch);
  let response: BoundedResponse;
  try {
    response = await (time ? time("AssumeRole", send) : send());
  } catch (cause) {
    throw new StoreUnavailable("AssumeRole got no readable response", { cause });
  }
  // An error can also come with the status 200.
  if (response.status !== 200 || !isDocument(response.text, "AssumeRoleResponse"))
    throw unexpectedResponse("AssumeRole", response);
  return readCredentials(response.text, startedAtMs, durationSeconds * 1000);
}

/** The provider's own host, or the endpoint of the store. */
function stsOrigin(store: Store): string {
  const { provider, region, ownOrigin = "" } = store;
  const china = region.startsWith("cn-") ? ".cn" : "";
  return (
    provider.scopedCredentials?.endpoint?.replace("{region}", region).replace("{china}", china) ??
    endpointOf(store, ownOrigin)
  );
}

function readCredentials(xml: string, nowMs: number, durationMs: number): TemporaryCredentials {
  const [block = ""] = readBlocks(xml, "Credentials");
  const read = (name: string, pattern: RegExp) => {
    const text = readField(block, name, MAX_TOKEN_CHARACTERS)?.trim() ?? "";
    if (pattern.test(text)) return text;
    throw new StoreUnavailable(`AssumeRole returned no valid ${name}`);
  };
  const expiresAt = new Date(read("Expiration", /^\d{4}-\d\d-\d\dT[\d:.]{8,18}Z$/));
  const livesMs = expiresAt.getTime() - nowMs;
  // NaN is in no range.
  if (!(livesMs > 0 && livesMs <= durationMs + CLOCK_TOLERANCE_MS))
    throw new StoreUnavailable("AssumeRole returned credentials with another life");
  return {
    accessKeyId: read("AccessKeyId", /^[\w-]{3,128}$/),
    secretAccessKey: read("SecretAccessKey", /^[!-~]{8,128}$/),
    sessionToken: read("SessionToken", /^[!-~]{1,8192}$/),
    expiresAt,
  };
}
