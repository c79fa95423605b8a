/** The doctor on the first store of a configuration, and what it found. */
import { randomUUID } from "node:crypto";
import { diagnose } from "../../../cli/doctor/diagnose.ts";
import type { Finding, FindingName } from "../../../cli/doctor/finding.ts";
import { settingsOf } from "../../../cli/doctor/print.ts";
import { reportRow } from "../../../cli/doctor/report.ts";
import { openSession } from "../../../cli/doctor/session.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import { SECRETS } from "./secrets.ts";

export interface Seen {
  readonly all: readonly Finding[];
  readonly bad: readonly FindingName[];
  readonly verdictOf: (name: FindingName) => string | undefined;
  readonly setting: object;
  readonly left: readonly string[];
  /** As `doctor --report` prints it. */
  readonly row: string;
}

export async function examine(
  definition: unknown,
  env: Readonly<Record<string, string>>,
  embeddedOrigin = "http://localhost:1",
): Promise<Seen> {
  const config = compileConfig(definition, { ...SECRETS, ...env });
  const [store] = [...config.policies.values()].flatMap(({ stores }) => [...stores.values()]);
  if (!store) throw new Error("No store");
  const context = { nowMs: Date.now, newId: randomUUID, signal: new AbortController().signal };
  const session = openSession(config, store, { embeddedOrigin, context });
  const { groups, left } = await diagnose(session, () => undefined);
  const all = groups.flatMap(({ findings }) => findings);
  const bad = all.filter(({ verdict }) => verdict === "bad").map(({ name }) => name);
  const verdictOf = (name: FindingName) => all.find((one) => one.name === name)?.verdict;
  return {
    all,
    bad,
    verdictOf,
    setting: settingsOf(groups),
    left,
    row: reportRow(groups, store, 0),
  };
}
