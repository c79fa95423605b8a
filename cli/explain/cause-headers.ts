/** Causes in the headers, and in which of them are signed. */
import { compareHeaders, type HeaderDifference, type HeaderKind } from "./compare-headers.ts";
import type { Evidence } from "./evidence.ts";
import type { Cause, Explanation } from "./finding.ts";
import { headerOf, parameterOf } from "./request.ts";

const AS_GIVEN = "Send exactly the `headers` of the ticket, byte for byte.";

const KINDS: Readonly<Record<HeaderKind, (names: string) => Pick<Explanation, "message" | "fix">>> =
  {
    "content-type-parameters": () => ({
      message: "Content-Type was sent with a parameter that is not signed, such as charset",
      fix: `${AS_GIVEN} Libraries add it to strings: send the body as bytes (a Blob, a stream, a byte array), not as a string.`,
    }),
    "content-type-default": () => ({
      message: "Content-Type has the value of a form, which clients send if no type is set",
      fix: `${AS_GIVEN} With curl, use -T FILE -H 'Content-Type: …' instead of -d or -F: the body is the file itself, not a form.`,
    }),
    "length-differs": () => ({
      message: "The length of the body is not the signed one",
      fix: "Request a ticket with the exact size of the body: in bytes, not in characters, and after compression or conversion.",
    }),
    "body-chunked": () => ({
      message: "The body was sent in chunks (Transfer-Encoding), without the signed Content-Length",
      fix: "Pass a body of known length to the client: a file, a Blob or bytes. For a stream, set the length.",
    }),
    "header-not-sent": (names) => ({
      message: `${names} was signed, but not sent`,
      fix: `${AS_GIVEN} A client, a proxy or a service worker may have dropped it.`,
    }),
    "header-differs": (names) => ({
      message: `${names} has another value than the signed one`,
      fix: AS_GIVEN,
    }),
    "copy-source-added": (names) => ({
      message: `${names} was sent, which makes the upload a copy of another object`,
      fix: "Remove it: a ticket is for storing the body, and not for copying.",
    }),
    "checksum-added": (names) => ({
      message: `${names} was added by the client: AWS SDKs do that by default since 2025`,
      fix: `Set requestChecksumCalculation: "WHEN_REQUIRED" in the SDK, or send the ticket with fetch. To let the store verify a checksum, pass it when you request the ticket.`,
    }),
    "header-not-signed": (names) => ({
      message: `${names} was sent, but not signed`,
      fix: `${AS_GIVEN} Stores refuse any other x-amz- header: set what you need in the policy, which signs it.`,
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
      message: "An Authorization header was sent in addition to the signature in the URL",
      fix: "Remove it from this request: the app's token is for the Worker, and the ticket is enough for the store. Look for an interceptor that adds it.",
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
  { signing, answer, code }: Evidence,
): Explanation["certainty"] {
  if (found.some(({ isGuess }) => isGuess))
    return code === "SignatureDoesNotMatch" ? "likely" : "possible";
  if (found.some(({ name }) => signing?.signedHeaders.includes(name))) return "certain";
  if (answer.fields?.has("HeadersNotSigned")) return "certain";
  // AWS has an error of its own for such headers: if it computed another signature, they are not the cause.
  return answer.fields?.has("CanonicalRequest") ? "possible" : "likely";
}

function lineOf(found: readonly HeaderDifference[]): Explanation["line"] {
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
        return `${difference.name}${isSigned ? ": (signed, but the value is not known)" : " (not there)"}`;
      return value === "" ? `${difference.name} (not there)` : `${difference.name}: ${value}`;
    })
    .join("\n");
}
