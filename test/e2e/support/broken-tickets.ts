/** Tickets, broken: the table of the tests of `explain`. */
import type { Wire } from "./run-explain.ts";
import { bytesOf } from "./server.ts";
import type { STORE } from "./store.ts";

/** One way to break a ticket, and what `explain` has to call it. */
export interface Break {
  readonly cause: string;
  readonly how: string;
  readonly change: (wire: Wire) => Partial<Wire>;
  /** Stores that take it all the same, as it was measured, and why. */
  readonly takenBy?: Readonly<Partial<Record<typeof STORE, string>>>;
}

const REENCODES = "it encodes the path again before it compares";
const UNSIGNED_TAKEN = "it takes this header without a signature";

const withHeaders = (headers: Readonly<Record<string, string>>) => (wire: Wire) => ({
  headers: { ...wire.headers, ...headers },
});
const without = (name: string) => (wire: Wire) => ({
  headers: Object.fromEntries(Object.entries(wire.headers).filter(([header]) => header !== name)),
});
const inPath = (from: string, to: string) => (wire: Wire) => ({
  path: wire.path.replace(from, to),
});
const inQuery = (from: RegExp | string, to: string) => (wire: Wire) => ({
  query: wire.query.replace(from, to),
});
const withBody = (text: string) => (wire: Wire) => ({
  body: bytesOf(text),
  headers: { ...wire.headers, "content-length": String(bytesOf(text).length) },
});

export const BREAKS: readonly Break[] = [
  { cause: "method-differs", how: "as a POST", change: () => ({ method: "POST" }) },
  {
    cause: "key-double-encoded",
    how: "with its path encoded once more",
    change: ({ path }) => ({ path: path.replaceAll("%", "%25") }),
  },
  { cause: "key-plus-for-space", how: "with + for a space", change: inPath("%20a", "+a") },
  { cause: "key-plus-for-space", how: "with %20 for a plus", change: inPath("%2B", "%20") },
  {
    cause: "key-lower-case-hex",
    how: "with lower-case hex",
    change: inPath("%2B", "%2b"),
    takenBy: { ceph: REENCODES, swift: REENCODES },
  },
  {
    cause: "key-slash-encoded",
    how: "with %2F for a slash",
    change: inPath("/alice/", "/alice%2F"),
    takenBy: { ceph: REENCODES, swift: REENCODES },
  },
  {
    cause: "key-not-encoded",
    how: "with a raw !",
    change: inPath("%21", "!"),
    takenBy: { ceph: REENCODES, swift: REENCODES },
  },
  {
    cause: "key-over-encoded",
    how: "with a letter encoded",
    change: inPath("z.txt", "%7A.txt"),
    takenBy: { ceph: REENCODES, swift: REENCODES },
  },
  { cause: "key-normalized", how: "with NFD for NFC", change: inPath("%C3%A9", "e%CC%81") },
  { cause: "key-folded", how: "with a slash twice", change: inPath("/alice/", "/alice//") },
  { cause: "key-differs", how: "with another's prefix", change: inPath("/alice/", "/bob/") },
  {
    cause: "url-html-escaped",
    how: "with &amp;",
    change: ({ query }) => ({ query: query.replaceAll("&", "&amp;") }),
  },
  {
    cause: "signature-cut",
    how: "with half a signature",
    change: inQuery(/(Signature=\w{32})\w+/, "$1"),
  },
  {
    cause: "signature-differs",
    how: "with another signature",
    change: inQuery(/Signature=\w{64}/, `Signature=${"0123456789abcdef".repeat(4)}`),
  },
  {
    cause: "url-cut",
    how: "cut in its middle",
    change: ({ query }) => ({ query: query.slice(0, query.length / 2) }),
  },
  { cause: "url-not-signed", how: "without its query", change: () => ({ query: "" }) },
  {
    cause: "parameter-added",
    how: "with a tag of advertisers",
    change: ({ query }) => ({ query: `${query}&utm_source=mail` }),
  },
  {
    cause: "parameter-lost",
    how: "without X-Amz-Expires",
    change: inQuery(/&?X-Amz-Expires=300&?/, "&"),
  },
  {
    cause: "parameter-differs",
    how: "with a longer expiry",
    change: inQuery("Expires=300", "Expires=3000"),
  },
  {
    cause: "query-double-encoded",
    how: "with its query encoded once more",
    change: ({ query }) => ({ query: query.replaceAll("%", "%25") }),
  },
  {
    cause: "host-differs",
    how: "to another Host",
    change: withHeaders({ host: "files.example.test" }),
  },
  { cause: "header-not-sent", how: "without its type", change: without("content-type") },
  { cause: "header-not-sent", how: "without its metadata", change: without("x-amz-meta-album") },
  {
    cause: "header-differs",
    how: "with other metadata",
    change: withHeaders({ "x-amz-meta-album": "yours" }),
  },
  {
    cause: "header-differs",
    how: "with another type",
    change: withHeaders({ "content-type": "text/html" }),
  },
  {
    cause: "content-type-parameters",
    how: "with a charset",
    change: withHeaders({ "content-type": "text/plain; charset=utf-8" }),
  },
  {
    cause: "content-type-default",
    how: "as a form",
    change: withHeaders({ "content-type": "application/x-www-form-urlencoded" }),
  },
  { cause: "length-differs", how: "with a longer body", change: withBody("hello, store!") },
  { cause: "length-differs", how: "with a shorter body", change: withBody("hello") },
  {
    cause: "body-chunked",
    how: "in chunks",
    change: (wire) => ({
      headers: { ...without("content-length")(wire).headers, "transfer-encoding": "chunked" },
    }),
  },
  {
    cause: "header-not-signed",
    how: "with an ACL",
    change: withHeaders({ "x-amz-acl": "public-read" }),
    takenBy: { embedded: UNSIGNED_TAKEN, ceph: UNSIGNED_TAKEN },
  },
  {
    cause: "checksum-added",
    how: "with an SDK's checksum",
    change: withHeaders({
      "x-amz-sdk-checksum-algorithm": "CRC32",
      "x-amz-checksum-crc32": "AAAAAA==",
    }),
    takenBy: { embedded: UNSIGNED_TAKEN, ceph: UNSIGNED_TAKEN, swift: UNSIGNED_TAKEN },
  },
  {
    cause: "copy-source-added",
    how: "with a source to copy",
    change: withHeaders({ "x-amz-copy-source": "/uploads/documents/bob/a.txt" }),
  },
  {
    cause: "authorization-beside-signature",
    how: "with the app's token",
    change: withHeaders({ authorization: "Bearer the-app-s-own-token" }),
    takenBy: { swift: "it looks at no other Authorization where the query has a signature" },
  },
];
