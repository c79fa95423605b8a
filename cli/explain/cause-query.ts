/** Causes in the query. */
import { compareQuery, type QueryKind } from "./compare-query.ts";
import type { Cause, Found } from "./finding.ts";

type Words = Pick<Found, "says" | "mend">;

const KINDS: Readonly<Record<QueryKind, (names: string) => Words>> = {
  "url-not-signed": () => ({
    says: "The URL has no signature at all",
    mend: "Send to the `url` of the ticket, with everything behind its question mark.",
  }),
  "url-html-escaped": () => ({
    says: "The URL was copied out of HTML or XML: its & are &amp;",
    mend: "Put & in the place of each &amp;, or take the URL from the JSON.",
  }),
  "url-cut-by-shell": () => ({
    says: "The URL stands without quotes, and the shell ended the command at its first &",
    mend: "Put the URL in single quotes.",
  }),
  "url-cut": (names) => ({
    says: `The URL was cut: ${names} did not arrive`,
    mend: "Send the whole URL. Signed URLs are long: look for a column, a log or a QR code that cuts it, and for quotes that are missing.",
  }),
  "url-cut-at-hash": () => ({
    says: "The URL has a # in its path, and a client sends nothing of what follows",
    mend: "Encode the key before it is signed: # is %23.",
  }),
  "query-double-encoded": () => ({
    says: "The query was encoded again: its % became %25",
    mend: "The URL is encoded already: send it as it is.",
  }),
  "session-token-missing": () => ({
    says: "X-Amz-Security-Token was signed, and not sent",
    mend: "Send the whole URL: temporary keys are worth nothing without their token.",
  }),
  "signature-cut": () => ({
    says: "X-Amz-Signature is no signature: 64 hex digits in lower case are one",
    mend: "Copy the URL again, as a whole.",
  }),
  "signature-differs": () => ({
    says: "The signature is of another ticket, or was changed",
    mend: "Send the URL and the headers of one and the same ticket.",
  }),
  "parameter-lost": (names) => ({
    says: `${names} was signed, and not sent`,
    mend: "Send the whole URL, with all of its query.",
  }),
  "parameter-added": (names) => ({
    says: `${names} was added to the query, all of which is signed`,
    mend: "Take it away: nothing can be added to a ticket, no tracking, no cache buster, no second copy. What a store shall get has to be signed.",
  }),
  "parameter-differs": (names) => ({
    says: `${names} has another value than was signed`,
    mend: "A ticket cannot be changed, nor be made to live longer: ask for a new one.",
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
