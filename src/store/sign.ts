/** Admitted → Ticket: a PUT of exactly the granted object, and of nothing else. */
import type { Admitted } from "../grant/admit.ts";
import type { Signer } from "./sigv4.ts";

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
