/** Runs all probes of one store, in the order in which they are printed. */
import { StoreUnavailable } from "../../src/store/request.ts";
import { NoResponse } from "./send-request.ts";
import { unknown, type Finding, type Group } from "./finding.ts";
import { ACCESS, READING } from "./probe-access.ts";
import { BROWSERS } from "./probe-browser.ts";
import { CHECKSUMS_SEEN } from "./probe-checksums.ts";
import { CHUNKED, CHUNKED_PART } from "./probe-chunked.ts";
import { COPIES } from "./probe-copies.ts";
import { CREDENTIALS } from "./probe-credentials.ts";
import { FORMS } from "./probe-form.ts";
import { EXPIRY, LIFECYCLE } from "./probe-lifecycle.ts";
import { METADATA_ALIAS } from "./probe-metadata-alias.ts";
import { PARTS } from "./probe-multipart.ts";
import { PERMISSIONS } from "./probe-permissions.ts";
import { QUARANTINE } from "./probe-quarantine.ts";
import { SCANNERS } from "./probe-scanner.ts";
import { TICKETS } from "./probe-tickets.ts";
import { UNSIGNED } from "./probe-unsigned-headers.ts";
import { Inconclusive, type Probe } from "./probe.ts";
import type { Session } from "./session.ts";

interface Section {
  readonly title: string;
  readonly probes: readonly Probe[];
}

const SECTIONS: readonly Section[] = [
  { title: "Access", probes: READING },
  { title: "Browsers", probes: BROWSERS },
  { title: "Tampered tickets", probes: [...TICKETS, CHUNKED, ...UNSIGNED, METADATA_ALIAS, FORMS] },
  { title: "Copies of other objects", probes: COPIES },
  { title: "Permissions", probes: PERMISSIONS },
  { title: "Credentials for one prefix", probes: [CREDENTIALS] },
  { title: "Multipart uploads", probes: [...PARTS, CHUNKED_PART, LIFECYCLE] },
  { title: "Quarantine", probes: [...QUARANTINE, EXPIRY, SCANNERS] },
  { title: "Checksums", probes: CHECKSUMS_SEEN },
];

export interface Diagnosis {
  readonly groups: readonly Group[];
  /** The keys of objects and uploads that could not be deleted. */
  readonly left: readonly string[];
}

/** The user interrupted the command. Everything that could be deleted is deleted. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly left: readonly string[];

  constructor(left: readonly string[]) {
    super("Interrupted");
    this.left = left;
  }
}

/**
 * Returns the findings, and deletes what the probes stored. Calls `onSection` with the title of the
 * next section. Throws `Interrupted` if the session's signal is aborted.
 */
export async function diagnose(
  session: Session,
  onSection: (title: string) => void,
): Promise<Diagnosis> {
  try {
    const groups = await runAll(session, onSection);
    return { groups, left: await session.cleanup.run() };
  } catch (error) {
    const left = await session.cleanup.run();
    throw session.signal.aborted ? new Interrupted(left) : error;
  }
}

async function runAll(
  session: Session,
  onSection: (title: string) => void,
): Promise<readonly Group[]> {
  onSection("Access");
  const access = await runProbe(session, ACCESS);
  const isOpen = access.every(
    ({ name, verdict }) => (name !== "put" && name !== "credentials") || verdict === "good",
  );
  if (!isOpen) return [{ title: "Access", findings: access }];
  const groups: Group[] = [];
  for (const { title, probes } of SECTIONS) {
    onSection(title);
    const findings: Finding[] = title === "Access" ? [...access] : [];
    for (const probe of probes) {
      // oxlint-disable-next-line no-await-in-loop -- in the printed order, and without a burst
      findings.push(...(await runProbe(session, probe)));
    }
    if (findings.length > 0) groups.push({ title, findings });
  }
  return groups;
}

async function runProbe(session: Session, { name, run }: Probe): Promise<readonly Finding[]> {
  try {
    return await run(session);
  } catch (error) {
    session.signal.throwIfAborted();
    if (error instanceof Inconclusive) return [unknown(name, error.message)];
    if (error instanceof StoreUnavailable) return [unknown(name, error.logReason)];
    if (!(error instanceof NoResponse)) throw error;
    const fix = session.isEmbedded
      ? "start the development server with npm run dev, or pass its URL with --dev"
      : "check the endpoint and the network, then run doctor again";
    return [{ name, verdict: "bad", message: error.message, fix }];
  }
}
