/**
 * Presigns S3 requests without waiting: AWS Signature Version 4 in the query (AWS: "Authenticating
 * Requests: Using Query Parameters"). The reference is aws4fetch: the URL is the one that it returns.
 */
import { createHmac, sha256Hex, type Hmac } from "../hash.ts";
import { toHex } from "../hex.ts";
import type { EncodedKey } from "./encode-key.ts";

/** What the holder of the URL may send. */
export interface PresignRequest {
  readonly method: string;
  /** The scheme and host, as the URL parser writes them. */
  readonly origin: string;
  /** The encoded path before the key, with a slash at both ends. */
  readonly basePath: string;
  readonly key: EncodedKey;
  readonly query?: Readonly<Record<string, string>>;
  /** Without `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
  readonly now: Date;
}

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly region: string;
}

/** What changes only at midnight. */
export interface Day {
  readonly date: string;
  readonly scope: string;
  /** The parameter X-Amz-Credential, as it is signed and as it is in the URL. */
  readonly credential: Parameter;
  /** HMAC with the signing key. */
  readonly sign: Hmac;
}

interface Parameter {
  readonly signed: string;
  readonly inUrl: string;
}

/** Unreserved characters, and encoded bytes of others that are no slash: no URL parser changes such a path. */
const PLAIN_PATH = /^\/(?:[\w.~/-]|%(?!2[D-F]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)[\dA-F]{2})*$/;
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;
/** Visible ASCII with single spaces inside: no canonical form changes such a value. */
const PLAIN_VALUE = /^(?:[!-~]+(?: [!-~]+)*)?$/;
const PLAIN_HEADER = /^(?!host$)[a-z][a-z\d-]*$/;
/** Sorts after every parameter of the signature itself. */
const PLAIN_PARAMETER = /^[a-z][A-Za-z-]*$/;

/** Returns a function that returns the URL, or `undefined` for a request that is not in plain form. */
export function createPresigner(key: SigningKey): (request: PresignRequest) => string | undefined {
  const token =
    key.sessionToken === undefined
      ? undefined
      : toParameter("X-Amz-Security-Token", key.sessionToken);
  let day: Day | undefined;

  return ({ method, origin, basePath, key: objectKey, query, headers, expiresInSeconds, now }) => {
    const path = basePath + objectKey;
    const ownNames = Object.keys(headers);
    const ownParameters = query ? Object.keys(query) : [];
    const isPlain =
      PLAIN_PATH.test(path) &&
      !DOT_SEGMENT.test(path) &&
      ownNames.every((name) => PLAIN_HEADER.test(name) && PLAIN_VALUE.test(headers[name] ?? "")) &&
      ownParameters.every((name) => PLAIN_PARAMETER.test(name));
    if (!isPlain) return undefined;

    const datetime = toDatetime(now);
    const date = datetime.slice(0, 8);
    if (day?.date !== date) day = startDay(key, date);
    const names = [...ownNames, "host"].toSorted();
    const host = origin.slice(origin.indexOf("//") + 2);
    let canonicalHeaders = "";
    for (const name of names)
      canonicalHeaders += `${name}:${name === "host" ? host : (headers[name] ?? "")}\n`;
    let own = "";
    for (const name of ownParameters.toSorted()) own += `&${signedForm(name, query?.[name] ?? "")}`;
    const expiry = `X-Amz-Expires=${expiresInSeconds}`;
    const dateParameter = `X-Amz-Date=${datetime}`;
    const signedHeaders = `X-Amz-SignedHeaders=${names.join("%3B")}`;

    const canonicalQuery = `${ALGORITHM}&${day.credential.signed}&${dateParameter}&${expiry}${token ? `&${token.signed}` : ""}&${signedHeaders}${own}`;
    const canonicalRequest = `${method}\n${path}\n${canonicalQuery}\n${canonicalHeaders}\n${names.join(";")}\nUNSIGNED-PAYLOAD`;
    const digest = sha256Hex(canonicalRequest);
    const stringToSign = `AWS4-HMAC-SHA256\n${datetime}\n${day.scope}\n${digest}`;
    const signature = toHex(day.sign(stringToSign));

    const before = own && `${new URLSearchParams(query).toString()}&`;
    return `${origin}${path}?${before}${expiry}&${dateParameter}${token ? `&${token.inUrl}` : ""}&${ALGORITHM}&${day.credential.inUrl}&${signedHeaders}&X-Amz-Signature=${signature}`;
  };
}

/** Returns the time as `20261126T120000Z`. */
export function toDatetime(time: Date): string {
  const iso = time.toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}Z`;
}

const ALGORITHM = "X-Amz-Algorithm=AWS4-HMAC-SHA256";

/** Derives the signing key of a day (AWS: "Create a signed AWS API request", Calculate the signature). */
export function startDay({ accessKeyId, secretAccessKey, region }: SigningKey, date: string): Day {
  const scope = `${date}/${region}/s3/aws4_request`;
  const signingKey = scope
    .split("/")
    .reduce<Uint8Array>(
      (parent, step) => createHmac(parent)(step),
      new TextEncoder().encode(`AWS4${secretAccessKey}`),
    );
  return {
    date,
    scope,
    credential: toParameter("X-Amz-Credential", `${accessKeyId}/${scope}`),
    sign: createHmac(signingKey),
  };
}

/** The parser of URLs writes application/x-www-form-urlencoded. */
function toParameter(name: string, value: string): Parameter {
  const inUrl = new URLSearchParams({ [name]: value }).toString();
  return { signed: signedForm(name, value), inUrl };
}

/** The canonical form is RFC 3986. */
function signedForm(name: string, value: string): string {
  const encoded = encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${name}=${encoded}`;
}
