/** Causes in the query. */
import { compareQuery, type QueryKind } from "./compare-query.ts";
import type { Cause, Explanation } from "./finding.ts";

type Words = Pick<Explanation, "message" | "fix">;

const KINDS: Readonly<Record<QueryKind, (names: string) => Words>> = {
  "url-not-signed": () => ({
    message: "The URL has no signature",
    fix: "Send to the `url` of the ticket, with its whole query.",
  }),
  "url-html-escaped": () => ({
    message: "The URL was copied from HTML or XML: each & is &amp;",
    fix: "Replace each &amp; with &, or copy the URL from the JSON.",
  }),
  "url-cut-by-shell": () => ({
    message: "The URL is not quoted: the shell ended the command at the first &",
    fix: "Put the URL in single quotes.",
  }),
  "url-cut": (names) => ({
    message: `The URL was cut off. Missing: ${names}`,
    fix: "Send the whole URL. Presigned URLs are long: look for a database column, a log or a QR code that cuts them off, and for missing quotes.",
  }),
  "url-cut-at-hash": () => ({
    message: "The path of the URL has a #, and clients do not send what follows it",
    fix: "Encode the key before it is signed: # becomes %23.",
  }),
  "query-double-encoded": () => ({
    message: "The query was encoded again: its % became %25",
    fix: "The URL is already encoded: send it unchanged.",
  }),
  "session-token-missing": () => ({
    message: "X-Amz-Security-Token was signed, but not sent",
    fix: "Send the whole URL: temporary keys do not work without their session token.",
  }),
  "signature-cut": () => ({
    message: "X-Amz-Signature is not valid: a signature has 64 lower-case hex digits",
    fix: "Copy the whole URL again.",
  }),
  "signature-differs": () => ({
    message: "The signature belongs to another ticket, or was changed",
    fix: "Send the URL and the headers of the same ticket.",
  }),
  "parameter-lost": (names) => ({
    message: `${names} was signed, but not sent`,
    fix: "Send the whole URL, with its whole query.",
  }),
  "parameter-added": (names) => ({
    message: `${names} was added to the query, but the whole query is signed`,
    fix: "Remove it: nothing can be added to a ticket, no tracking parameter, no cache buster, no duplicate. What the store needs has to be signed.",
  }),
  "parameter-differs": (names) => ({
    message: `${names} has another value than the signed one`,
    fix: "A ticket cannot be changed or extended: request a new one.",
  }),
};

export const QUERY_CAUSES: readonly Cause[] = Object.entries(KINDS).map(
  ([name, wordsOf]): Cause => ({
    name,
    find: (evidence) => {
      if (evidence.isSignatureGood) return undefined;
      const difference = compareQuery(evidence).find(({ kind }) => kind === name);
      if (!difference) return undefined;
      const { names, signed, sent } = difference;
      const line = name.startsWith("signature-") ? "signature" : "query";
      return { certainty: "certain", line, signed, sent, ...wordsOf(names.join(", ")) };
    },
  }),
);
