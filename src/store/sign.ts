/**
 * Grant + ObjectKey → Ticket: AWS Signature Version 4 in the query (AWS: "Authenticating Requests:
 * Using Query Parameters"). The only file that imports aws4fetch or reveals a store's credentials.
 */
import { AwsV4Signer } from "aws4fetch";
import type { Credentials } from "../config/config.ts";
import type { Grant } from "../grant/authorize.ts";
import type { ObjectKey } from "../grant/key.ts";

declare const signed: unique symbol;

/** What a client needs to send one file, and nothing that it does not. Only `sign` makes one. */
export interface Ticket {
  readonly [signed]: true;
  readonly method: "PUT";
  readonly url: string;
  /** Exactly what the client sends, with lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
  readonly expiresAt: Date;
}

/** One request to presign: the path is encoded already, and every header given is signed. */
interface PresignRequest {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
  readonly now: Date;
}

/** What a credential scope names beside the day. */
interface Scope {
  readonly region: string;
  readonly service?: string;
}

/** Signs for one store: credentials, region and the day's signing key. */
export type Presigner = (request: PresignRequest) => Promise<string>;

/** One per store and isolate: its cache holds the signing key of the day. */
export function createPresigner(
  credentials: Credentials,
  { region, service = "s3" }: Scope,
): Presigner {
  const accessKeyId = credentials.accessKeyId.reveal();
  const secretAccessKey = credentials.secretAccessKey.reveal();
  const sessionToken = credentials.sessionToken?.reveal();
  let cache = new Map<string, ArrayBuffer>();

  return async function presign({ method, origin, path, query, headers, expiresInSeconds, now }) {
    const parameters = new URLSearchParams({ ...query, "X-Amz-Expires": String(expiresInSeconds) });
    if (cache.size > 2) cache = new Map();
    const signer = new AwsV4Signer({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      service,
      region,
      cache,
      method,
      url: `${origin}${path}?${parameters.toString()}`,
      headers,
      datetime: now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
      signQuery: true,
      allHeaders: true,
    });
    const { url } = await signer.sign();
    // The URL parser folds "..", drops what follows "#" and so on: what was signed must be what was meant.
    if (url.origin !== origin || url.pathname !== path) {
      throw new TypeError("Cannot sign the request: the URL parser changed its host or path");
    }
    return url.href;
  };
}

interface SigningTime {
  readonly now: Date;
  /** The origin of the request, which is where the embedded store is. */
  readonly requestOrigin: string;
}

/** Signs a PUT of exactly the granted object: its length, type and every other header of the grant. */
export async function sign(
  grant: Grant,
  key: ObjectKey,
  { presign, now, requestOrigin }: SigningTime & { readonly presign: Presigner },
): Promise<Ticket> {
  const { store, size, headers, expiresInSeconds } = grant;
  const url = await presign({
    method: "PUT",
    origin: store.origin ?? requestOrigin,
    path: store.basePath + key.encoded,
    headers: {
      ...headers,
      ...(size !== undefined && { "content-length": String(size) }),
      // The client does not send it: a request that does is another one than was signed.
      ...(store.copyGuard === "signed-empty" && { "x-amz-copy-source": "" }),
    },
    expiresInSeconds,
    now,
  });
  const expiresAt = new Date(now.getTime() + expiresInSeconds * 1000);
  const ticket: Omit<Ticket, typeof signed> = {
    method: "PUT",
    url,
    headers,
    expiresInSeconds,
    expiresAt,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return ticket as Ticket;
}
