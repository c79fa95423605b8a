/** Signs what a ticket signs with the AWS SDK's own signer. */
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { encodeKey } from "../../../src/store/encode-key.ts";
import { NOW } from "./start-worker.ts";

/** A ticket, as answers have it. */
export interface SignedTicket {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentLength?: number;
  readonly expiresIn: number;
}

/** A ticket for a whole file. */
export interface SignedPut extends SignedTicket {
  readonly key: string;
}

interface Scope {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** Returns the query of the same request, signed by the SDK at the same instant, with the same headers left in place. */
export async function signWithSdk(
  ticket: SignedTicket,
  signer: Scope,
): Promise<Record<string, unknown>> {
  const { host, pathname, searchParams } = new URL(ticket.url);
  const signedNames = (searchParams.get("X-Amz-SignedHeaders") ?? "").split(";");
  const headers: Record<string, string> = { ...ticket.headers, host };
  if (ticket.contentLength !== undefined) headers["content-length"] = String(ticket.contentLength);
  if (signedNames.includes("x-amz-copy-source")) headers["x-amz-copy-source"] = "";
  const sdk = new SignatureV4({
    credentials: { accessKeyId: signer.accessKeyId, secretAccessKey: signer.secretAccessKey },
    region: signer.region,
    service: "s3",
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const path = decodeURIComponent(pathname);
  const ownQuery = [...searchParams].filter(([name]) => !name.startsWith("X-Amz-"));
  const request = {
    method: ticket.method,
    protocol: "https:",
    hostname: host,
    path: encodeKey(path),
    query: Object.fromEntries(ownQuery),
    headers: { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  };
  const { query } = await sdk.presign(request, {
    expiresIn: ticket.expiresIn,
    signingDate: new Date(NOW),
    signableHeaders: new Set(Object.keys(headers)),
    unsignableHeaders: new Set(["x-amz-content-sha256"]),
    unhoistableHeaders: new Set([...Object.keys(headers), "x-amz-content-sha256"]),
    hoistableHeaders: new Set(),
  });
  return { ...query };
}
