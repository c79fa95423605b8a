/** What the Worker itself asks a store: is it there, and take it away. */
import type { Store } from "../config/config.ts";
import { withDeadline } from "../deadline.ts";
import { CHECKSUMS, CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "./checksum.ts";
import type { Signer } from "./sigv4.ts";

/** An object as a HEAD shows it (AWS: HeadObject). */
export interface Found {
  readonly size: number;
  readonly contentType: string;
  /** Without quotes. */
  readonly etag: string;
  /** The ETag is the MD5 of the object: not so with a key of KMS or of the customer, nor for parts. */
  readonly isEtagMd5: boolean;
  readonly checksums: Readonly<Partial<Record<ChecksumAlgorithm, string>>>;
  /** As the headers have it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The store could not be asked: nothing is known of the object. The cause is for the log. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

interface World {
  readonly now: () => number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Where the object is: the embedded store has its origin from the request. */
export interface Location {
  readonly store: Store;
  readonly encodedKey: string;
  readonly origin: string | undefined;
}

const TIMEOUT_MS = 10_000;

/** The object, or `undefined` where there is none. Throws `StoreUnavailable`. */
export async function headObject(
  location: Location,
  signer: Signer,
  world: World,
): Promise<Found | undefined> {
  const response = await send("HEAD", location, {
    signer,
    world,
    headers: { "x-amz-checksum-mode": "ENABLED" },
  });
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw new StoreUnavailable(`HEAD answered ${response.status}`);
  return readFound(response.headers);
}

/** Whether the object is gone; `false` where these credentials may not delete. Throws `StoreUnavailable`. */
export async function deleteObject(
  location: Location,
  signer: Signer,
  world: World,
): Promise<boolean> {
  const { status } = await send("DELETE", location, { signer, world, headers: {} });
  if (status === 204 || status === 200 || status === 404) return true;
  if (status === 401 || status === 403) return false;
  throw new StoreUnavailable(`DELETE answered ${status}`);
}

interface Sending {
  readonly signer: Signer;
  readonly world: World;
  readonly headers: Readonly<Record<string, string>>;
}

async function send(
  method: "HEAD" | "DELETE",
  { store, encodedKey, origin }: Location,
  { signer, world, headers }: Sending,
): Promise<Response> {
  const signed = await signer.signHeaders({
    method,
    origin: store.ownOrigin ?? origin ?? "",
    path: store.ownBasePath + encodedKey,
    headers,
    now: new Date(world.now()),
  });
  // Not signed, as proxies change it. Compressed on its way, a HEAD would tell no length.
  signed.headers.set("accept-encoding", "identity");
  try {
    const response = await withDeadline(TIMEOUT_MS, async (signal) =>
      world.fetch(signed.url, { method, headers: signed.headers, redirect: "manual", signal }),
    );
    await response.body?.cancel();
    return response;
  } catch (cause) {
    throw new StoreUnavailable(`${method} got no answer`, { cause });
  }
}

function readFound(headers: Headers): Found {
  const size = Number(headers.get("content-length") ?? Number.NaN);
  if (!Number.isSafeInteger(size)) throw new StoreUnavailable("HEAD told no length");
  const etag = (headers.get("etag") ?? "").replaceAll('"', "");
  const encryption = headers.get("x-amz-server-side-encryption");
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = headers.get(CHECKSUMS[algorithm].header);
    if (value !== null) checksums[algorithm] = value;
  }
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith("x-amz-meta-")) metadata[name.slice("x-amz-meta-".length)] = value;
  }
  return {
    size,
    contentType: headers.get("content-type") ?? "",
    etag,
    isEtagMd5:
      /^[0-9a-f]{32}$/.test(etag) &&
      (encryption === null || encryption === "AES256") &&
      !headers.has("x-amz-server-side-encryption-customer-algorithm"),
    checksums,
    metadata,
  };
}
