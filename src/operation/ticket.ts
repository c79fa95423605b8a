/** Admitted → Ticket: a PUT of exactly the granted object, and of nothing else. */
import type { Store } from "../config/config.ts";
import type { Admitted } from "./admit.ts";
import { CHECKSUMS } from "../store/checksum.ts";
import type { Location } from "../store/request.ts";
import type { Signer } from "../store/sigv4.ts";

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

interface Signing {
  readonly signer: Signer;
  readonly now: Date;
  /** The origin of the request, which is where the embedded store is. */
  readonly requestOrigin: string;
}

/** Signs the length, the type and every other header of the grant, in the query of one URL. */
export async function sign(
  { grant, key }: Admitted,
  { signer, now, requestOrigin }: Signing,
): Promise<Ticket> {
  const { store, size, headers, expiresInSeconds } = grant;
  const url = await signer.presign({
    method: "PUT",
    origin: store.origin ?? requestOrigin,
    path: store.basePath + key.encoded,
    headers: {
      ...headers,
      ...(size !== undefined && { "content-length": String(size) }),
      ...copyGuard(store),
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

/** What a client needs to send one part (AWS: UploadPart). */
export interface PartTicket {
  readonly partNumber: number;
  readonly method: "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly expiresInSeconds: number;
  readonly expiresAt: Date;
}

interface Part {
  readonly location: Location;
  readonly uploadId: string;
  readonly partNumber: number;
  readonly bytes: number;
  readonly sha256: string | undefined;
}

/** Signs the exact length of one part. */
export async function signPart(
  { location, uploadId, partNumber, bytes, sha256 }: Part,
  {
    signer,
    now,
    expiresInSeconds,
  }: Pick<Signing, "signer" | "now"> & { readonly expiresInSeconds: number },
): Promise<PartTicket> {
  const { store, encodedKey, origin } = location;
  const headers: Readonly<Record<string, string>> =
    sha256 === undefined ? {} : { [CHECKSUMS.sha256.header]: sha256 };
  const url = await signer.presign({
    method: "PUT",
    origin: store.origin ?? origin ?? "",
    path: store.basePath + encodedKey,
    query: { partNumber: String(partNumber), uploadId },
    headers: { ...headers, "content-length": String(bytes), ...copyGuard(store) },
    expiresInSeconds,
    now,
  });
  const expiresAt = new Date(now.getTime() + expiresInSeconds * 1000);
  return { partNumber, method: "PUT", url, headers, bytes, expiresInSeconds, expiresAt };
}

/** The client does not send it: a request that does is another one than was signed. */
function copyGuard({ copyGuard: guard }: Store): Readonly<Record<string, string>> {
  return guard === "signed-empty" ? { "x-amz-copy-source": "" } : {};
}
