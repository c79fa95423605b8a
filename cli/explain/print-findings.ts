/** Prints findings without the secrets of the request. */
import { styleText } from "node:util";
import { printableValue } from "../printable.ts";
import type { Evidence } from "./evidence.ts";
import type { Finding } from "./finding.ts";
import { headerOf, parameterOf } from "./request.ts";

/** Anybody with one of these values can act for the user: they are removed from every text. */
const SECRET_PARAMETERS = ["X-Amz-Signature", "X-Amz-Security-Token", "Signature"];
const SECRET_HEADERS =
  /^(?:authorization|proxy-authorization|cookie|x-amz-security-token|.*-customer-key(?:-md5)?)$/;
/** Shorter values would match parts of other words. */
const MIN_SECRET_CHARACTERS = 8;
const MAX_SHOWN_CHARACTERS = 300;
const LABEL_CHARACTERS = 8;

/** Returns the findings without secrets and control characters, except line breaks. */
export function redact(findings: readonly Finding[], evidence: Evidence): readonly Finding[] {
  const secrets = collectSecrets(evidence);
  const clean = (text: string) =>
    secrets
      .reduce((cut, secret) => cut.replaceAll(secret, "…"), text)
      .split("\n")
      .map(printableValue)
      .join("\n");
  return findings.map((finding) => ({
    ...finding,
    signed: finding.signed === undefined ? undefined : clean(finding.signed),
    sent: finding.sent === undefined ? undefined : clean(finding.sent),
    message: clean(finding.message),
    fix: clean(finding.fix),
  }));
}

/** Returns the first finding in full, then the others, or an empty text. */
export function describeFindings([first, ...others]: readonly Finding[]): string {
  if (!first) return "";
  const more = others.map(
    (finding) =>
      `${styleText("dim", `${finding.certainty}:`)} ${describe(finding, finding.message)}`,
  );
  const doubt = first.certainty === "certain" ? "" : ` (${first.certainty})`;
  const head = `${styleText("red", "✘")} ${styleText("bold", `${first.message}${doubt}`)}`;
  const rest = more.length === 0 ? "" : `\n${styleText("dim", "Also:")}\n\n${more.join("\n")}`;
  return `${describe(first, head)}${rest}`;
}

/** Returns the text for a request without findings, with what to add. */
export function describeNothing(missing: readonly string[]): string {
  const lines = ["No difference found.", ...missing];
  return `${lines.join("\n")}\n`;
}

/** Returns the message, where the difference is, the signed and sent lines, and the fix. */
function describe({ cause, line, signed, sent, fix }: Finding, head: string): string {
  const rows = [
    ...(signed === undefined ? [] : row("signed", signed, "green")),
    ...(sent === undefined ? [] : row("sent", sent, "red")),
  ];
  const where = styleText("dim", `  ${line} · ${cause}`);
  return `${[head, where, ...rows, ...row("fix", fix, "cyan")].join("\n")}\n`;
}

function row(label: string, text: string, color: "green" | "red" | "cyan"): readonly string[] {
  return text
    .split("\n")
    .map(
      (line, index) =>
        `  ${styleText(color, (index === 0 ? label : "").padEnd(LABEL_CHARACTERS) + shorten(line))}`,
    );
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
}

function collectSecrets({ signed, sent, answer }: Evidence): readonly string[] {
  const requests = [signed, sent].flatMap((request) => (request ? [request] : []));
  const found = requests.flatMap((request) => [
    ...SECRET_PARAMETERS.map((name) => parameterOf(request.url, name)),
    ...[...request.headers.keys()]
      .filter((name) => SECRET_HEADERS.test(name))
      .flatMap((name) => headerOf(request, name)?.split(/\s+/)),
  ]);
  return [...found, answer.fields?.get("SignatureProvided")]
    .flatMap((secret) => (secret === undefined ? [] : [secret, encodeURIComponent(secret)]))
    .filter((secret) => secret.length >= MIN_SECRET_CHARACTERS)
    .toSorted((one, other) => other.length - one.length);
}
