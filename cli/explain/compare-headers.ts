/** Compares the sent headers with the signed ones. */
import type { Evidence } from "./evidence.ts";
import { headerOf, isKnown, type Request } from "./request.ts";

export type HeaderKind =
  | "content-type-parameters"
  | "content-type-default"
  | "length-differs"
  | "body-chunked"
  | "header-not-sent"
  | "header-differs"
  | "copy-source-added"
  | "checksum-added"
  | "header-not-signed";

export interface HeaderDifference {
  readonly kind: HeaderKind;
  readonly name: string;
  /** `undefined`: the value is not known, or there is none. */
  readonly signed: string | undefined;
  readonly sent: string | undefined;
  /** Whether the signed value is not known, and only the sent value looks like a default of a client. */
  readonly isGuess: boolean;
}

/** The types that curl and forms send if no type is set. */
const DEFAULT_TYPES = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/;
const COPY_SOURCE = "x-amz-copy-source";
/** AWS requires a signature for every `x-amz-*` header except this one. */
const EXEMPT = "x-amz-content-sha256";

/** Returns the headers that differ. */
export function compareHeaders(evidence: Evidence): readonly HeaderDifference[] {
  const { signing, sent } = evidence;
  if (!signing || signing.signedHeaders.length === 0) return [];
  const named = (evidence.answer.fields?.get("HeadersNotSigned") ?? "")
    .split(/,\s*/)
    .filter((name) => name !== "")
    .map((name) => name.toLowerCase());
  const amz = [...(sent?.headers.keys() ?? [])].filter(
    (name) => name.startsWith("x-amz-") && name !== EXEMPT && !signing.signedHeaders.includes(name),
  );
  return [
    ...signing.signedHeaders.flatMap((name) => compareOne(name, evidence)),
    ...[...new Set([...named, ...amz])].map((name) => unsigned(name, sent)),
  ];
}

function compareOne(
  name: string,
  { signed, sent, isComputed }: Evidence,
): readonly HeaderDifference[] {
  if (!sent || name === "host" || !isKnown(sent, name)) return [];
  const wanted = signed && headerOf(signed, name);
  const value = headerOf(sent, name);
  // The canonical request of AWS has an empty value for a header that did not arrive.
  const actual = isComputed && value === "" ? undefined : value;
  const difference = (kind: HeaderKind, isGuess = false) => [
    { kind, name, signed: wanted, sent: actual, isGuess },
  ];
  if (actual === undefined) {
    // The copy guard is a signed header that must not be sent.
    if (wanted === "" || name === COPY_SOURCE) return [];
    const isChunked =
      name === "content-length" && /chunked/i.test(headerOf(sent, "transfer-encoding") ?? "");
    return difference(isChunked ? "body-chunked" : "header-not-sent");
  }
  if (name === COPY_SOURCE && !wanted) return difference("copy-source-added");
  if (wanted === undefined)
    return name === "content-type" ? difference(suspect(actual), true).filter(isSuspect) : [];
  if (wanted === actual) return [];
  if (name === "content-length") return difference("length-differs");
  if (name !== "content-type") return difference("header-differs");
  return difference(isOnlyParameters(wanted, actual) ? "content-type-parameters" : suspect(actual));
}

/** Returns the kind of a content type whose signed value is not known: defaults of user agents are suspicious. */
function suspect(type: string): HeaderKind {
  if (DEFAULT_TYPES.test(type)) return "content-type-default";
  return /;\s*charset=/i.test(type) ? "content-type-parameters" : "header-differs";
}

function isSuspect({ kind }: HeaderDifference): boolean {
  return kind !== "header-differs";
}

function isOnlyParameters(wanted: string, actual: string): boolean {
  return essenceOf(wanted) === essenceOf(actual) && wanted.toLowerCase() !== actual.toLowerCase();
}

function essenceOf(type: string): string {
  return (type.split(";")[0] ?? "").trim().toLowerCase();
}

function unsigned(name: string, sent: Request | undefined): HeaderDifference {
  const value = sent && headerOf(sent, name);
  return { kind: kindOf(name), name, signed: undefined, sent: value, isGuess: false };
}

function kindOf(name: string): HeaderKind {
  if (name.startsWith(COPY_SOURCE)) return "copy-source-added";
  const isChecksum = name.startsWith("x-amz-checksum-") || name === "x-amz-sdk-checksum-algorithm";
  return isChecksum ? "checksum-added" : "header-not-signed";
}
