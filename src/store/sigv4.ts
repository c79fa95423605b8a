/**
 * AWS Signature Version 4, in the query and in headers (AWS: "Authenticating Requests"). The only
 * file that imports aws4fetch or reveals a store's credentials.
 */
import { AwsV4Signer } from "aws4fetch";
import type { Credentials } from "../config/config.ts";

/** One request: the path is encoded already, and every header given is signed. */
interface Unsigned {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly now: Date;
}

/** What a credential scope names beside the day. */
interface Scope {
  readonly region: string;
  readonly service?: string;
}

/** Signs for one store: credentials, region and the day's signing key. */
export interface Signer {
  /** The URL with its signature: whoever holds it can send the request until it expires. */
  readonly presign: (request: Unsigned & { readonly expiresInSeconds: number }) => Promise<string>;
  /** The URL and the headers with an `Authorization`, for a request that is sent right away. */
  readonly signHeaders: (
    request: Unsigned,
  ) => Promise<{ readonly url: string; readonly headers: Headers }>;
}

/** One per pair of credentials and isolate: its cache holds the signing key of the day. */
export function createSigner(credentials: Credentials, { region, service = "s3" }: Scope): Signer {
  const accessKeyId = credentials.accessKeyId.reveal();
  const secretAccessKey = credentials.secretAccessKey.reveal();
  const sessionToken = credentials.sessionToken?.reveal();
  let cache = new Map<string, ArrayBuffer>();

  const sign = async (
    request: Unsigned,
    query: Readonly<Record<string, string>>,
    signQuery: boolean,
  ) => {
    const { method, origin, path, headers, now } = request;
    const parameters = new URLSearchParams({ ...request.query, ...query }).toString();
    if (cache.size > 2) cache = new Map();
    const signed = await new AwsV4Signer({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      service,
      region,
      cache,
      method,
      url: origin + path + (parameters && `?${parameters}`),
      headers,
      datetime: now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
      signQuery,
      allHeaders: true,
    }).sign();
    // The URL parser folds "..", drops what follows "#" and so on: what was signed must be what was meant.
    if (signed.url.origin !== origin || signed.url.pathname !== path) {
      throw new TypeError("Cannot sign the request: the URL parser changed its host or path");
    }
    return { url: signed.url.href, headers: signed.headers };
  };

  return {
    async presign({ expiresInSeconds, ...request }) {
      const { url } = await sign(request, { "X-Amz-Expires": String(expiresInSeconds) }, true);
      return url;
    },
    async signHeaders(request) {
      return sign(request, {}, false);
    },
  };
}
