/** All probes of one store, in the order of the table. */
import { StoreUnavailable } from "../../src/store/request.ts";
import { NoAnswer } from "./send-request.ts";
import { unknown, type Finding, type Group } from "./finding.ts";
import { ACCESS, READING } from "./probe-access.ts";
import { BROWSERS } from "./probe-browser.ts";
import { CHECKSUMS_SEEN } from "./probe-checksums.ts";
import { COPIES } from "./probe-copies.ts";
import { LIFECYCLE } from "./probe-lifecycle.ts";
import { PARTS } from "./probe-multipart.ts";
import { RIGHTS } from "./probe-permissions.ts";
import { TICKETS } from "./probe-tickets.ts";
import { UNSIGNED } from "./probe-unsigned-headers.ts";
import { Unproven, type Probe } from "./probe.ts";
import type { Session } from "./session.ts";

interface Section {
  readonly title: string;
  readonly probes: readonly Probe[];
}

const SECTIONS: readonly Section[] = [
  { title: "Access", probes: READING },
  { title: "Browsers", probes: BROWSERS },
  { title: "Tickets that are changed", probes: [...TICKETS, ...UNSIGNED] },
  { title: "Copies of other objects", probes: COPIES },
  { title: "Rights", probes: RIGHTS },
  { title: "Uploads in parts", probes: [...PARTS, LIFECYCLE] },
  { title: "Checksums", probes: CHECKSUMS_SEEN },
];

export interface Diagnosis {
  readonly groups: readonly Group[];
  /** Keys of what the probes left, and could not delete. */
  readonly left: readonly string[];
}

/** Whoever started it wanted it to end: it is tidied up. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly left: readonly string[];

  constructor(left: readonly string[]) {
    super("Interrupted");
    this.left = left;
  }
}

/**
 * `onSection` is told what is tried next. Whatever the store does, this ends with a table, and
 * takes away what was put. Throws `Interrupted` where the session's signal is aborted.
 */
export async function diagnose(
  session: Session,
  onSection: (title: string) => void,
): Promise<Diagnosis> {
  try {
    const groups = await tryAll(session, onSection);
    return { groups, left: await session.leftovers.tidy() };
  } catch (error) {
    const left = await session.leftovers.tidy();
    throw session.signal.aborted ? new Interrupted(left) : error;
  }
}

async function tryAll(
  session: Session,
  onSection: (title: string) => void,
): Promise<readonly Group[]> {
  onSection("Access");
  const access = await guarded(session, ACCESS);
  const isOpen = access.every(
    ({ name, verdict }) => (name !== "put" && name !== "credentials") || verdict === "good",
  );
  if (!isOpen) return [{ title: "Access", findings: access }];
  const groups: Group[] = [];
  for (const { title, probes } of SECTIONS) {
    onSection(title);
    const findings: Finding[] = title === "Access" ? [...access] : [];
    for (const probe of probes) {
      // oxlint-disable-next-line no-await-in-loop -- in the order of the table, and no burst
      findings.push(...(await guarded(session, probe)));
    }
    if (findings.length > 0) groups.push({ title, findings });
  }
  return groups;
}

async function guarded(session: Session, { name, run }: Probe): Promise<readonly Finding[]> {
  try {
    return await run(session);
  } catch (error) {
    session.signal.throwIfAborted();
    if (error instanceof Unproven) return [unknown(name, error.message)];
    if (error instanceof StoreUnavailable) return [unknown(name, error.logReason)];
    if (!(error instanceof NoAnswer)) throw error;
    const mend = session.isEmbedded
      ? "start the development server: npm run dev (--dev says where it is)"
      : "check endpoint and network, and run it again";
    return [{ name, verdict: "bad", says: error.message, mend }];
  }
}
