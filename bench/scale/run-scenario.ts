/** Runs a scenario from its first day until nothing is under way any more. */
import type { Bucket, Group, Scenario, Verdict } from "./scenario.ts";
import type { Simulator } from "./simulator.ts";

export interface Outcome {
  readonly scenario: Scenario;
  readonly buckets: Readonly<Record<Group, readonly Bucket[]>>;
  readonly verdict: Verdict;
}

/** An upload that has expired is looked for again after a day. Records are there for a week. */
const REST_HOURS = 30;
const STEP_HOURS = 2;

export async function runScenario(
  { ask }: Simulator,
  scenario: Scenario,
  onHour: (hour: number, endHour: number) => void,
): Promise<Outcome> {
  const endHour = scenario.days * 24 + REST_HOURS;
  let buckets: Outcome["buckets"] = { users: [], team: [], directory: [] };
  await ask("start", scenario);
  for (let hour = STEP_HOURS; hour <= endHour; hour += STEP_HOURS) {
    // oxlint-disable-next-line no-await-in-loop -- one step after the other
    buckets = await ask("advance", { hour });
    onHour(hour, endHour);
  }
  return { scenario, buckets, verdict: await ask("judge") };
}
