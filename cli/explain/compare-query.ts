/** Compares the sent query with the signed one. */
import type { Evidence } from "./evidence.ts";
import { parameterOf, type Parameter, type Url } from "./request.ts";
import { REQUIRED } from "./signing-parameters.ts";

export type QueryKind =
  | "url-not-signed"
  | "url-html-escaped"
  | "url-cut-by-shell"
  | "url-cut"
  | "url-cut-at-hash"
  | "query-double-encoded"
  | "session-token-missing"
  | "signature-cut"
  | "signature-differs"
  | "parameter-lost"
  | "parameter-added"
  | "parameter-differs";

export interface QueryDifference {
  readonly kind: QueryKind;
  readonly names: readonly string[];
  readonly signed: string | undefined;
  readonly sent: string | undefined;
}

const SIGNATURE = "X-Amz-Signature";
const TOKEN = "X-Amz-Security-Token";

/** Returns the differences. Parameters that were cut off together are one difference. */
export function compareQuery(evidence: Evidence): readonly QueryDifference[] {
  const { signed, url, isCutByShell } = evidence;
  if (!url) return [];
  const sent = url.parameters;
  const wanted = signed?.url?.parameters ?? sent;
  const missing = REQUIRED.filter((name) => parameterOf(url, name) === undefined);
  const kind = findUrlProblem(url, missing, isCutByShell);
  if (kind) {
    const names = kind === "url-not-signed" ? [] : missing;
    return [{ kind, names, signed: listOf(names), sent: listOf(sent.map(({ name }) => name)) }];
  }
  return [
    ...checkSignature(parameterOf(url, SIGNATURE), parameterOf(signed?.url, SIGNATURE)),
    ...compareEach(wanted, sent),
  ];
}

function findUrlProblem(
  url: Url,
  missing: readonly string[],
  isCutByShell: boolean,
): QueryKind | undefined {
  const { parameters, fragment } = url;
  if (fragment.includes("X-Amz-")) return "url-cut-at-hash";
  if (parameters.some(({ name }) => name.startsWith("amp;"))) return "url-html-escaped";
  const scope = parameterOf(url, "X-Amz-Credential") ?? "";
  const names = parameterOf(url, "X-Amz-SignedHeaders") ?? "";
  if (/%2f/i.test(scope) || /%3b/i.test(names)) return "query-double-encoded";
  if (missing.length === 0) return undefined;
  if (isCutByShell) return "url-cut-by-shell";
  if (missing.length === REQUIRED.length) return "url-not-signed";
  return missing.length === 1 && missing[0] !== SIGNATURE ? undefined : "url-cut";
}

/** Compares the signatures. They are secrets, so the difference only has their length. */
function checkSignature(
  sent: string | undefined,
  signed: string | undefined,
): readonly QueryDifference[] {
  if (sent === undefined) return [];
  const isHash = /^[0-9a-f]{64}$/.test(sent);
  if (isHash && (signed === undefined || signed === sent)) return [];
  return [
    {
      kind: isHash ? "signature-differs" : "signature-cut",
      names: [SIGNATURE],
      signed: `${SIGNATURE}: 64 hex digits`,
      sent: `${SIGNATURE}: ${isHash ? "64 other hex digits" : `${sent.length} characters`}`,
    },
  ];
}

function compareEach(
  wanted: readonly Parameter[],
  sent: readonly Parameter[],
): readonly QueryDifference[] {
  const lost = wanted.filter((parameter) => !isOf(sent, parameter));
  const added = sent.filter(
    (parameter, index) => !isOf(wanted, parameter) || isOf(sent.slice(0, index), parameter),
  );
  const others = sent.filter((parameter) => {
    const same = wanted.find(({ name }) => name === parameter.name);
    return (
      same &&
      same.value !== parameter.value &&
      parameter.name !== SIGNATURE &&
      !added.includes(parameter)
    );
  });
  const before = others.flatMap(({ name }) =>
    wanted.filter((parameter) => parameter.name === name),
  );
  const tokenless = lost.filter(({ name }) => name !== TOKEN);
  return [
    ...(tokenless.length < lost.length ? [toDifference("session-token-missing", lost, [])] : []),
    ...(tokenless.length > 0 ? [toDifference("parameter-lost", tokenless, [])] : []),
    ...(added.length > 0 ? [toDifference("parameter-added", [], added)] : []),
    ...(others.length > 0 ? [toDifference("parameter-differs", before, others)] : []),
  ];
}

function toDifference(
  kind: QueryKind,
  signed: readonly Parameter[],
  sent: readonly Parameter[],
): QueryDifference {
  const names = (sent.length > 0 ? sent : signed).map(({ name }) => name);
  return { kind, names, signed: linesOf(signed), sent: linesOf(sent) };
}

function linesOf(parameters: readonly Parameter[]): string | undefined {
  return parameters.length === 0
    ? undefined
    : parameters.map(({ name, value }) => `${name}=${value}`).join("\n");
}

function listOf(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(", ");
}

function isOf(list: readonly Parameter[], { name }: Parameter): boolean {
  return list.some((other) => other.name === name);
}
