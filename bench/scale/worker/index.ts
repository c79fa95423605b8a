/** The entry of the simulation. The command asks it for one step after the other. */
import { env } from "cloudflare:workers";
import * as z from "zod/mini";
import { COUNTED, type Counted } from "../modes.ts";
import { scenarioSchema } from "../scenario.ts";
import type { Usage } from "../../../cli/costs/usage.ts";
import { countMode, runUploads } from "./count-mode.ts";
import { createRun, type Run } from "./day.ts";
import type { LedgerBinding } from "./ledgers.ts";

export { Ledger } from "./ledger.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the binding of bench/serve.ts
const { LEDGER } = env as unknown as { readonly LEDGER: LedgerBinding };
const spendSchema = z.object({ mode: z.enum(COUNTED), count: z.int() });
const advanceSchema = z.object({ hour: z.number() });

let run: Run | undefined;

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default {
  async fetch(request: Request): Promise<Response> {
    const body: unknown = await request.json();
    try {
      return Response.json((await step(new URL(request.url).pathname, body)) ?? {});
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error), { status: 500 });
    }
  },
};

async function step(path: string, body: unknown): Promise<unknown> {
  switch (path) {
    case "/count":
      return countModes();
    case "/spend": {
      const { mode, count } = spendSchema.parse(body);
      return runUploads(mode, count, LEDGER);
    }
    case "/start":
      run = createRun(scenarioSchema.parse(body), LEDGER);
      return undefined;
    case "/advance":
      await run?.advanceTo(advanceSchema.parse(body).hour);
      return run?.buckets;
    case "/judge":
      return run?.judge();
    default:
      throw new TypeError(`Cannot answer ${path}: there is no such step`);
  }
}

async function countModes(): Promise<Readonly<Partial<Record<Counted, Usage>>>> {
  const usages: Partial<Record<Counted, Usage>> = {};
  // oxlint-disable-next-line no-await-in-loop -- they share one meter
  for (const mode of COUNTED) usages[mode] = await countMode(mode, LEDGER);
  return usages;
}
