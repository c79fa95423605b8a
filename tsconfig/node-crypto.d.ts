/** What the Worker uses of node:crypto. The types of all of Node.js would bring its globals. */
declare module "node:crypto" {
  interface Hmac {
    update: (data: string | Uint8Array) => Hmac;
    digest: ((encoding: "hex") => string) & (() => Uint8Array);
  }
  export function createHmac(algorithm: "sha256", key: string | Uint8Array): Hmac;
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
  export function hash(algorithm: "sha256", data: string, encoding: "hex"): string;
}
