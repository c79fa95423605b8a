/** All probes of one store, in the order of the table. */
import { StoreUnavailable } from "../../src/store/s3.ts";
import { NoAnswer } from "./ask.ts";
import type { Finding, FindingName, Group } from "./finding.ts";
import { probeAccess, probeReading, probeRegion } from "./probe-access.ts";
import { probeBrowser } from "./probe-browser.ts";
import { probeChecksums } from "./probe-checksums.ts";
import { probeCopies } from "./probe-copies.ts";
import { probeLifecycle } from "./probe-lifecycle.ts";
import { probeParts } from "./probe-parts.ts";
import { probeRights } from "./probe-rights.ts";
import { probeTickets, probeUnsigned } from "./probe-tickets.ts";
import type { Session } from "./session.ts";

type Probe = (session: Session) => Promise<readonly Finding[]>;

interface Section {
  readonly title: string;
  /** What the table says where the probe itself could not be carried through. */
  readonly name: FindingName;
  readonly probes: readonly Probe[];
}

const SECTIONS: readonly Section[] = [
  { title: "Access", name: "reading", probes: [probeReading, probeRegion] },
  { title: "Browsers", name: "preflight", probes: [probeBrowser] },
  { title: "Tickets that are changed", name: "put", probes: [probeTickets, probeUnsigned] },
  { title: "Copies of other objects", name: "copy-source", probes: [probeCopies] },
  { title: "Rights", name: "writer-reads", probes: [probeRights] },
  { title: "Uploads in parts", name: "multipart", probes: [probeParts, probeLifecycle] },
  { title: "Checksums", name: "checksum-md5", probes: [probeChecksums] },
];

export interface Diagnosis {
  readonly groups: readonly Group[];
  /** Keys of what the probes left, and could not delete. */
  readonly left: readonly string[];
}

/** `onSection` is told what is tried next. Whatever the store does, this ends with a table. */
export async function diagnose(
  session: Session,
  onSection: (title: string) => void,
): Promise<Diagnosis> {
  onSection("Access");
  const access = await guarded(session, "put", async () => probeAccess(session));
  if (
    access.some(
      ({ name, verdict }) => (name === "put" || name === "credentials") && verdict !== "good",
    )
  ) {
    return { groups: [{ title: "Access", findings: access }], left: [] };
  }
  const groups: Group[] = [];
  for (const { title, name, probes } of SECTIONS) {
    onSection(title);
    const findings: Finding[] = title === "Access" ? [...access] : [];
    for (const probe of probes) {
      // oxlint-disable-next-line no-await-in-loop -- in the order of the table, and no burst
      findings.push(...(await guarded(session, name, async () => probe(session))));
    }
    groups.push({ title, findings });
  }
  return { groups, left: await session.tidy() };
}

async function guarded(
  { isEmbedded }: Session,
  name: FindingName,
  probe: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await probe();
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof StoreUnavailable)) throw error;
    const mend = isEmbedded
      ? "start the development server: npm run dev (--dev says where it is)"
      : "check endpoint and network, and run it again";
    return [{ name, verdict: "bad", says: error.message, mend }];
  }
}
