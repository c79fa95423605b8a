/**
 * `node test/slow-line/run.ts "49 files" pause --client queue --client uppy-5`: prints what the named
 * runs measure, as a line of JSON each. Without a name: all but "500 files", which takes 21 minutes for each client.
 */
import { parseArgs } from "node:util";
import { CLIENTS, startEnds } from "./line.ts";
import { RUNS, type RunName } from "./runs.ts";

const LONGEST: RunName = "500 files";
const names = Object.keys(RUNS) as readonly RunName[];

const { values, positionals } = parseArgs({
  options: { client: { type: "string", multiple: true, default: [...CLIENTS] } },
  allowPositionals: true,
});
const ends = await startEnds();
const chosen = positionals.length === 0 ? names.filter((name) => name !== LONGEST) : positionals;
for (const name of chosen) {
  for (const client of CLIENTS.filter((one) => values.client.includes(one))) {
    const run = names.find((one) => one === name);
    if (!run) throw new TypeError(`No run "${name}": use one of ${names.join(", ")}`);
    // oxlint-disable-next-line no-await-in-loop -- runs at the same time would share the processor
    const result = await RUNS[run](ends, client);
    process.stdout.write(`${JSON.stringify({ run, client, ...result })}\n`);
  }
}
await ends.close();
process.exit(0);
