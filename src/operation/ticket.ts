/** Signs tickets: presigned requests for exactly what was allowed. */
import { sizeOfPart } from "../grant/parts.ts";
import { CHECKSUMS } from "../store/checksum.ts";
import type { Signer } from "../store/sigv4.ts";
import type { ObjectLocation, Store } from "../store/store.ts";
import type { Admitted } from "./admit.ts";
import { ticketLocation } from "./locate.ts";
import type { ReadableObject } from "./object-access.ts";
import type { OpenMultipart } from "./open-multipart.ts";

declare const signed: unique symbol;

/** A presigned request. Only the functions of this file make one. */
export interface Ticket<Method extends "PUT" | "GET" | "HEAD" = "PUT"> {
  readonly [signed]: true;
  readonly method: Method;
  readonly url: string;
  /** Exactly what the client sends, with lower-case names. */
  readonly headers: Headers;
  readonly expiresInSeconds: number;
  readonly expiresAt: Date;
}

/** The ticket of one part (AWS: UploadPart). */
export interface PartTicket extends Ticket {
  readonly partNumber: number;
  /** The length of the part. */
  readonly bytes: number;
}

type Headers = Readonly<Record<string, string>>;

export interface SignOptions {
  readonly signer: Signer;
  readonly now: Date;
}

/** Signs a PUT of the granted object: its length, its type and every other header. */
export function signPut(admitted: Admitted, options: SignOptions): Promise<Ticket> {
  const { size, headers, expiresInSeconds } = admitted.grant;
  return sign(
    {
      method: "PUT",
      location: ticketLocation(admitted),
      headers,
      automaticHeaders: size === undefined ? {} : { "content-length": String(size) },
      expiresInSeconds,
    },
    options,
  );
}

interface Part {
  readonly partNumber: number;
  /** In base64, for an upload whose checksum is computed from those of its parts. */
  readonly sha256: string | undefined;
  readonly expiresInSeconds: number;
}

/** Signs a PUT of one part, with its exact length. */
export async function signPart(
  { location, uploadId, parts }: OpenMultipart,
  { partNumber, sha256, expiresInSeconds }: Part,
  options: SignOptions,
): Promise<PartTicket> {
  const bytes = sizeOfPart(parts, partNumber);
  const ticket = await sign(
    {
      method: "PUT",
      location,
      query: { partNumber: String(partNumber), uploadId },
      headers: partHeaders(sha256),
      automaticHeaders: { "content-length": String(bytes) },
      expiresInSeconds,
    },
    options,
  );
  return { ...ticket, partNumber, bytes };
}

/** Returns the headers that a client sends with one part. */
export function partHeaders(sha256: string | undefined): Headers {
  return sha256 === undefined ? {} : { [CHECKSUMS.sha256.header]: sha256 };
}

interface Read<Method> {
  readonly method: Method;
  readonly location: ObjectLocation;
  /** Response headers that the store is to use (AWS: GetObject, `response-*`). */
  readonly query: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
}

/** Signs a GET or HEAD of an object that the caller may read. */
export function signRead<Method extends "GET" | "HEAD">(
  { key }: ReadableObject,
  { method, location, query, expiresInSeconds }: Read<Method>,
  options: SignOptions,
): Promise<Ticket<Method>> {
  const own = { ...location, key: key.encoded };
  return sign({ method, location: own, query, headers: {}, expiresInSeconds }, options);
}

interface Request<Method> {
  readonly method: Method;
  readonly location: ObjectLocation;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers: Headers;
  /** Headers that are signed and that user agents set themselves. */
  readonly automaticHeaders?: Headers;
  readonly expiresInSeconds: number;
}

async function sign<Method extends "PUT" | "GET" | "HEAD">(
  {
    method,
    location,
    query = {},
    headers,
    automaticHeaders = {},
    expiresInSeconds,
  }: Request<Method>,
  { signer, now }: SignOptions,
): Promise<Ticket<Method>> {
  const { store, key, requestOrigin } = location;
  const url = await signer.presign({
    method,
    origin: store.origin ?? requestOrigin ?? "",
    basePath: store.basePath,
    key,
    query,
    headers: { ...headers, ...automaticHeaders, ...(method === "PUT" && copyGuard(store)) },
    expiresInSeconds,
    now,
  });
  const expiresAt = new Date(now.getTime() + expiresInSeconds * 1000);
  const ticket: Omit<Ticket<Method>, typeof signed> = {
    method,
    url,
    headers,
    expiresInSeconds,
    expiresAt,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the maker of the brand
  return ticket as Ticket<Method>;
}

/** Clients do not send this header: a request that does differs from the signed one. */
function copyGuard({ copyGuard: guard }: Store): Headers {
  return guard === "signed-empty" ? { "x-amz-copy-source": "" } : {};
}
