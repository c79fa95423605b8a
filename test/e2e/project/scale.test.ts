import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { findFastFolder } from "../../../bench/scale/fast-folder.ts";
import { MEASURED } from "../../../cli/costs/measured.ts";
import { includedTable, uploadTable } from "../../../bench/scale/costs-page.ts";
import { runScenario, type Outcome } from "../../../bench/scale/run-scenario.ts";
import { quietDays, type Scenario } from "../../../bench/scale/scenario.ts";
import { bundleSimulator, openSimulator, type Simulator } from "../../../bench/scale/simulator.ts";
import { levelOf, peakOf, rateOf } from "../../../bench/scale/summarize.ts";
import { limitsTable, modesTable, pricesTable, type Usages } from "../../../bench/scale/tables.ts";
import { openWorkspace, ROOT, type Workspace } from "../../../bench/workspace.ts";
import type { Bundle } from "../../../bench/bundle.ts";

let workspace: Workspace;
let bundle: Bundle;

beforeAll(async () => {
  workspace = openWorkspace(findFastFolder());
  bundle = await bundleSimulator(workspace);
});

const inNew = async <T>(work: (simulator: Simulator) => Promise<T>): Promise<T> => {
  const simulator = await openSimulator(workspace, bundle);
  try {
    return await work(simulator);
  } finally {
    await simulator.stop();
  }
};
/** As a formatter leaves it or not. */
const normalize = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
const read = (name: string) => normalize(readFileSync(join(ROOT, "docs", name), "utf8"));

describe("docs/scale.md", () => {
  it("has the costs of a million uploads, as the rows of the real code and the published prices make them", async () => {
    const usages = await inNew(async ({ ask }) => ask<Usages>("count"));
    expect(MEASURED).toEqual(usages);
    const page = read("scale.md");
    expect(page).toContain(normalize(modesTable(usages)));
    expect(page).toContain(normalize(limitsTable(usages)));
    expect(page).toContain(normalize(pricesTable()));
    const recipe = read("recipes/costs.md");
    expect(recipe).toContain(normalize(includedTable()));
    expect(recipe).toContain(normalize(uploadTable(usages)));
  });
});

describe("two days in which the store is down for an hour, and the receiver for a day", () => {
  const scenario: Scenario = {
    ...quietDays({ seed: 7, sampledUsers: 24, teamUsers: 12 }),
    storeDown: { fromHour: 20, toHour: 21 },
    receiverDown: { fromHour: 6, toHour: 30, how: "hangs" },
  };
  const simulate = async (one: Scenario) =>
    inNew(async (simulator) => runScenario(simulator, one, () => undefined));
  let outcome: Outcome;

  beforeAll(async () => {
    outcome = await simulate(scenario);
  });

  it("lose no upload and no message, and every counter is right", () => {
    expect(outcome.verdict.violations).toEqual([]);
    for (const group of ["users", "team"] as const) {
      const tickets = outcome.buckets[group].reduce((sum, bucket) => sum + bucket.tickets, 0);
      const ended = Object.values(outcome.verdict.uploads[group]);
      expect(ended.reduce((sum, count) => sum + count, 0)).toBe(tickets);
      expect(tickets).toBeGreaterThan(40);
      expect(outcome.buckets[group].at(-1)).toMatchObject({ pending: 0, messages: 0 });
    }
  });

  it("let messages wait until the receiver is back, and uploads until the store is", () => {
    const messages = levelOf(outcome, "users", "messages");
    const completions = rateOf(outcome, "users", "completions");
    const at = (hour: number) => 2 * hour;
    expect(peakOf(messages)).toBe(peakOf(messages.slice(at(24), at(30))));
    expect(messages[at(31)]).toBe(0);
    expect(completions.slice(at(20), at(21))).toEqual([0, 0]);
    expect(completions[at(21)]).toBeGreaterThan(0);
  });

  it("are the same again with the same seed, and others with another", async () => {
    const again = await simulate(scenario);
    expect(again.buckets).toEqual(outcome.buckets);
    const other = await simulate({ ...scenario, seed: 8 });
    expect(other.buckets).not.toEqual(outcome.buckets);
  });
});
