/**
 * Signs requests with AWS Signature Version 4, in the query or in headers (AWS: "Authenticating
 * Requests"). The only file that imports aws4fetch or reveals a store's credentials.
 */
import { AwsV4Signer } from "aws4fetch";
import { logToConsole, type Log } from "../log.ts";
import type { EncodedKey } from "./encode-key.ts";
import { createFormSigner, type FormFields, type FormRequest } from "./post-policy.ts";
import { createPresigner, toDatetime } from "./presign.ts";
import { takeOver } from "./take-over.ts";
import type { Credentials } from "./store.ts";

/** A request to be signed, with all of its headers. */
interface Unsigned {
  readonly method: string;
  readonly origin: string;
  /** The encoded path before the key, with a slash at both ends. */
  readonly basePath: string;
  readonly key: EncodedKey;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Its hash is signed, but for S3, whose requests leave it unsigned. */
  readonly body?: string;
  readonly now: Date;
}

type PresignOptions = Unsigned & { readonly expiresInSeconds: number };

/** The parts of the credential scope that do not change with the day. */
interface Scope {
  readonly region: string;
  readonly service?: string;
}

/** Signs for one store. */
export interface Signer {
  /** Returns the URL with its signature: its holder can send the request until it expires. */
  readonly presign: (request: PresignOptions) => Promise<string>;
  /** Returns the URL, and the headers with an `Authorization`, of a request that is sent at once. */
  readonly signHeaders: (
    request: Unsigned,
  ) => Promise<{ readonly url: string; readonly headers: Headers }>;
  /** Returns the fields of a POST form: its holder can send it until it expires. */
  readonly signForm: (request: FormRequest) => FormFields;
}

/** Creates a signer: one per pair of credentials and isolate, as it caches the signing key of the day. */
export function createSigner(
  credentials: Credentials,
  { region, service = "s3" }: Scope,
  log: Log = logToConsole,
): Signer {
  const accessKeyId = credentials.accessKeyId.reveal();
  const secretAccessKey = credentials.secretAccessKey.reveal();
  const sessionToken = credentials.sessionToken?.reveal();
  const signingKey = { accessKeyId, secretAccessKey, sessionToken, region };
  let cache = new Map<string, ArrayBuffer>();

  const sign = async (
    request: Unsigned,
    query: Readonly<Record<string, string>>,
    signQuery: boolean,
  ) => {
    const { method, origin, basePath, key, headers, body, now } = request;
    const path = basePath + key;
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
      ...(body !== undefined && { body }),
      url: origin + path + (parameters && `?${parameters}`),
      headers,
      datetime: toDatetime(now),
      signQuery,
      allHeaders: true,
    }).sign();
    // The URL parser folds "..", drops what follows "#" and so on: then another path would be signed.
    if (signed.url.origin !== origin || signed.url.pathname !== path) {
      throw new TypeError("Cannot sign the request: the URL parser changed its host or path");
    }
    return { url: signed.url.href, headers: signed.headers };
  };

  const presign = async ({ expiresInSeconds, ...request }: PresignOptions) => {
    const { url } = await sign(request, { "X-Amz-Expires": String(expiresInSeconds) }, true);
    return url;
  };

  return {
    presign: service === "s3" ? takeOver(presign, createPresigner(signingKey), log) : presign,
    async signHeaders(request) {
      return sign(request, {}, false);
    },
    signForm: createFormSigner(signingKey),
  };
}
