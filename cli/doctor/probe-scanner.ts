/** Tests the scanners of policies with quarantine, with a harmless file in the store: it is asked as the Worker asks it. */
import type { Policy } from "../../src/config/config.ts";
import type { ScannerSettings } from "../../src/config/quarantine-schema.ts";
import { NoVerdict, scan } from "../../src/operation/scan.ts";
import { Secret } from "../../src/secret.ts";
import { good, type Finding } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { headPending, storePending } from "./promote-sample.ts";
import type { Session } from "./session.ts";

export const SCANNERS: Probe = { name: "scanner", run: tryScanners };

interface Scanned {
  readonly policy: Policy;
  readonly scanner: ScannerSettings;
  /** Its URL, or the name of its binding. */
  readonly place: string;
}

/** Returns the findings of each scanner. Without a verdict, a refused signature would mean nothing. */
async function tryScanners(session: Session): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const scanned of scannersOf(session.policies)) {
    const missing = whyNotAsked(session, scanned);
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as all probes
    const finding = missing === undefined ? await tryVerdict(session, scanned) : note(missing);
    findings.push(finding);
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as all probes
    if (finding.verdict === "good") findings.push(await trySignature(session, scanned));
  }
  return findings;
}

const note = (why: string): Finding => ({
  name: "scanner",
  verdict: "note",
  message: `not tested: ${why}`,
});

function scannersOf(policies: readonly Policy[]): readonly Scanned[] {
  const all = policies.flatMap((policy) => {
    const scanner = policy.quarantine?.scanner;
    if (!scanner) return [];
    const place = scanner.url ?? scanner.binding ?? "";
    return [[`${place} ${scanner.secret}`, { policy, scanner, place }] as const];
  });
  return [...new Map(all).values()];
}

function whyNotAsked({ missingSecrets }: Session, { scanner, place }: Scanned): string | undefined {
  const { url, secret } = scanner;
  if (url === undefined) return `only the Worker can ask its binding ${place}`;
  return missingSecrets.includes(secret) ? `set ${secret} in the environment` : undefined;
}

async function tryVerdict(session: Session, { policy, scanner, place }: Scanned): Promise<Finding> {
  const name = "scanner";
  const { startedAtMs, answer } = await ask(session, { policy, scanner }, session.config);
  const seconds = ((session.nowMs() - startedAtMs) / 1000).toFixed(1);
  if (answer === undefined)
    return good(name, `${place} calls a harmless file clean, in ${seconds} s`);
  if (answer instanceof NoVerdict)
    return {
      name,
      verdict: "bad",
      message: `${place} gives no verdict of a harmless file: ${answer.logReason}`,
      fix: "look at the log of the scanner: until it answers, nothing is promoted",
    };
  return {
    name,
    verdict: "bad",
    message: `${place} calls a harmless file infected: ${answer}`,
    fix: "look at its rules: it would reject the files of your users",
  };
}

async function trySignature(
  session: Session,
  { policy, scanner, place }: Scanned,
): Promise<Finding> {
  const name = "scanner-signature";
  const forged = new Secret(scanner.secret, [crypto.getRandomValues(new Uint8Array(32))]);
  const config = { ...session.config, scannerSecrets: new Map([[scanner.secret, forged]]) };
  const { answer } = await ask(session, { policy, scanner }, config);
  if (answer instanceof NoVerdict)
    return good(name, `a request with another signature gets no verdict: ${answer.logReason}`);
  const message = `${place} answers a request with another signature: anybody can let it read files`;
  const fix = "verify the signature before anything else (docs/quarantine.md)";
  return { name, verdict: "bad", message, fix };
}

/** Asks about a file in quarantine, which the cleanup deletes. Throws `Inconclusive`. */
async function ask(
  session: Session,
  { policy, scanner }: Pick<Scanned, "policy" | "scanner">,
  config: Session["config"],
) {
  const { accessWith, reader, writer, nowMs } = session;
  const { admitted, pending } = await storePending(session, policy);
  const object = await headPending(session, pending);
  const upload = {
    claims: admitted.claims,
    location: pending,
    reader: accessWith(reader),
    writer: accessWith(writer),
  };
  const service = { config, fetch, fetchOf: () => fetch, now: nowMs };
  const startedAtMs = nowMs();
  const answer = await scan(service, upload, { scanner, object }).catch((error: unknown) => {
    if (error instanceof NoVerdict) return error;
    throw error;
  });
  return { startedAtMs, answer };
}
