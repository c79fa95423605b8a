/** A run: users come, the store and the receiver fail as the scenario says, and every ledger is a real one. */
import { createRandom } from "../../../test/soak/random.ts";
import { DIRECTORY } from "../../../src/ledger/administer.ts";
import type { Bucket, Group, Scenario, Verdict } from "../scenario.ts";
import { drawArrivals, drawBytes, drawFiles } from "./arrivals.ts";
import { createBuckets } from "./buckets.ts";
import { judge, type Granted } from "./judge.ts";
import type { LedgerBinding } from "./ledgers.ts";
import { createOutside, type Health } from "./outside.ts";
import { createSchedule, type Process } from "./schedule.ts";
import { createSimulatedService } from "./simulated-service.ts";
import { uploadFile, type Client, type User } from "./user.ts";

export interface Run {
  readonly advanceTo: (hour: number) => Promise<void>;
  readonly buckets: Readonly<Record<Group, readonly Bucket[]>>;
  readonly judge: () => Promise<Verdict>;
}

/** Midnight, UTC. */
const START_MS = Date.UTC(2030, 0, 1);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_HOURS = 24;

export function createRun(scenario: Scenario, binding: LedgerBinding): Run {
  const { seed, storeDown, receiverDown, days, sampledUsers, teamUsers } = scenario;
  const schedule = createSchedule(START_MS);
  const random = createRandom(seed);
  const hour = () => (schedule.now() - START_MS) / HOUR_MS;
  const healthOf = (outage: { fromHour: number; toHour: number } | undefined, how: Health) =>
    outage && hour() >= outage.fromHour && hour() < outage.toHour ? how : "up";
  const outside = createOutside({
    storeHealth: () => healthOf(storeDown, "refuses"),
    receiverHealth: () => healthOf(receiverDown, receiverDown?.how ?? "up"),
  });
  const buckets = createBuckets(() => (schedule.now() - START_MS) / MINUTE_MS);
  const granted: Granted[] = [];
  const groups = new Map<string, Group>();
  let asking: Group = "users";
  const { post, ledgers } = createSimulatedService({
    binding,
    schedule,
    outside,
    seed: seed + 1,
    hasWebhook: true,
    onOperation(operation) {
      // Of an alarm it is known whose ledger it is: somebody has called it before.
      const group =
        operation.ledger === DIRECTORY ? "directory" : (groups.get(operation.ledger) ?? asking);
      groups.set(operation.ledger, group);
      buckets.addOperation(group, operation, outside.requests);
    },
  });
  const client: Client = {
    random,
    outside,
    async post({ name, group }, path, body) {
      asking = group;
      const answer = await post(path, body, { "x-user": name, "x-team": group });
      buckets.addAnswer(group, path, answer.status);
      const { key } = answer.body;
      if (answer.status === 201 && typeof key === "string") granted.push({ group, key });
      return answer;
    },
  };
  /** One sitting a day: one file after the other. */
  async function* visit(user: User): Process {
    const files = drawFiles(scenario.uploadsPerDay, random);
    for (let file = 0; file < files; file += 1) yield* uploadFile(client, user, drawBytes(random));
  }
  for (let day = 0; day < days; day += 1) {
    for (const [group, count] of [
      ["users", sampledUsers],
      ["team", teamUsers],
    ] as const) {
      const shift = random.between(0, count);
      for (const [index, arrival] of drawArrivals(count, random).entries()) {
        const user = { name: `${group}-${(index + shift) % count}`, group };
        schedule.start(START_MS + (day * DAY_HOURS + arrival) * HOUR_MS, visit(user));
      }
    }
  }
  return {
    async advanceTo(untilHour) {
      await schedule.runUntil(START_MS + untilHour * HOUR_MS);
      buckets.fillUntilNow();
    },
    buckets: buckets.all,
    judge: async () => judge({ granted, outside, ledgers }),
  };
}
