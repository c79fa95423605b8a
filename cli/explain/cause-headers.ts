/** Causes in the headers, and in which of them are signed. */
import { compareHeaders, type HeaderDifference, type HeaderKind } from "./compare-headers.ts";
import type { Evidence } from "./evidence.ts";
import type { Cause, Found } from "./finding.ts";
import { headerOf, parameterOf } from "./request.ts";

const AS_GIVEN = "Send exactly the `headers` of the ticket, byte for byte.";

const KINDS: Readonly<Record<HeaderKind, (names: string) => Pick<Found, "says" | "mend">>> = {
  "content-type-parameters": () => ({
    says: "Content-Type was sent with a parameter that was not signed, such as charset",
    mend: `${AS_GIVEN} Libraries append it to texts: send the body as bytes (a Blob, a stream, a byte array), not as a text.`,
  }),
  "content-type-default": () => ({
    says: "Content-Type was sent as forms have it, which clients do where nobody names a type",
    mend: `${AS_GIVEN} With curl: -T FILE -H 'Content-Type: …', and neither -d nor -F. The body is the file itself, no form.`,
  }),
  "length-differs": () => ({
    says: "The body has another length than was signed",
    mend: "Ask for a ticket with the exact size of what is sent: of the file after it was compressed or converted, in bytes, not in characters.",
  }),
  "body-chunked": () => ({
    says: "The body was sent in chunks (Transfer-Encoding), without the Content-Length that was signed",
    mend: "Give the client a body whose length it knows: a file, a Blob, bytes. A stream needs its length set.",
  }),
  "header-not-sent": (names) => ({
    says: `${names} was signed, and not sent`,
    mend: `${AS_GIVEN} A client, a proxy or a service worker may have dropped it.`,
  }),
  "header-differs": (names) => ({
    says: `${names} has another value than was signed`,
    mend: AS_GIVEN,
  }),
  "copy-source-added": (names) => ({
    says: `${names} was sent, which makes the upload a copy of another object`,
    mend: "Take it away: a ticket stores the body that is sent, and never copies.",
  }),
  "checksum-added": (names) => ({
    says: `${names} was added by the client, as AWS SDKs of 2025 and later do by themselves`,
    mend: `Set requestChecksumCalculation: "WHEN_REQUIRED" in the SDK, or send the ticket with fetch. A checksum that the store shall check is asked for with the ticket.`,
  }),
  "header-not-signed": (names) => ({
    says: `${names} was sent, and not signed`,
    mend: `${AS_GIVEN} Stores refuse every other x-amz- header; what it says belongs into the policy, which signs it.`,
  }),
};

const authorizationBeside: Cause = {
  name: "authorization-beside-signature",
  find: ({ sent, url, message, isSignatureGood }) => {
    const isNamed = /only one auth/i.test(message);
    const scheme = sent && headerOf(sent, "authorization")?.split(" ")[0];
    const isSigned = parameterOf(url, "X-Amz-Signature") !== undefined;
    if (isSignatureGood || !(isNamed || (scheme !== undefined && isSigned))) return undefined;
    return {
      certainty: isNamed ? "certain" : "likely",
      line: "headers",
      signed: "no authorization header",
      sent: `authorization: ${scheme ?? "(some)"} …`,
      says: "An Authorization header was sent beside the signature in the URL",
      mend: "Take it away for this request: the app's token is for the Worker, and the store wants the ticket alone. Look for an interceptor that adds it.",
    };
  },
};

export const HEADER_CAUSES: readonly Cause[] = [
  authorizationBeside,
  ...Object.entries(KINDS).map(([name, wordsOf]): Cause => ({
    name,
    find: (evidence) => {
      const found = evidence.isSignatureGood
        ? []
        : compareHeaders(evidence).filter(({ kind }) => kind === name);
      if (found.length === 0) return undefined;
      return {
        certainty: certaintyOf(found, evidence),
        line: lineOf(found),
        signed: linesOf(found, "signed"),
        sent: linesOf(found, "sent"),
        ...wordsOf(found.map((difference) => difference.name).join(", ")),
      };
    },
  })),
];

function certaintyOf(
  found: readonly HeaderDifference[],
  { terms, answer, code }: Evidence,
): Found["certainty"] {
  if (found.some(({ isGuess }) => isGuess))
    return code === "SignatureDoesNotMatch" ? "likely" : "possible";
  if (found.some(({ name }) => terms?.signedHeaders.includes(name))) return "certain";
  if (answer.fields?.has("HeadersNotSigned")) return "certain";
  // AWS names such headers: where it computed another signature, they were not the reason.
  return answer.fields?.has("CanonicalRequest") ? "possible" : "likely";
}

function lineOf(found: readonly HeaderDifference[]): Found["line"] {
  if (found.some(({ name }) => name === "x-amz-content-sha256")) return "payload hash";
  const isUnsigned = found.every(
    ({ kind, signed }) => signed === undefined && /added|not-signed/.test(kind),
  );
  return isUnsigned ? "signed headers" : "headers";
}

function linesOf(found: readonly HeaderDifference[], side: "signed" | "sent"): string {
  return found
    .map((difference) => {
      const value = difference[side];
      const isSigned = side === "signed" && !/added|not-signed/.test(difference.kind);
      if (value === undefined)
        return `${difference.name}${isSigned ? ": (signed, value not known)" : " is not there"}`;
      return value === "" ? `${difference.name} is not there` : `${difference.name}: ${value}`;
    })
    .join("\n");
}
