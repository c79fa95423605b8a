/**
 * `npm run fuzz -- --minutes 60`: the properties of this folder with another seed each time, on every
 * core, until the time is over. Ends with 1 at the first failure, and prints fast-check's seed and the
 * shrunk counterexample. `--seed` repeats the round of one seed.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { styleText, parseArgs } from "node:util";

/** How many times the runs of `npm test` one round has: about two minutes. */
const FACTOR = "15";
const MAX_SEED = 2 ** 31;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    cores: { type: "string", default: String(availableParallelism()) },
    seed: { type: "string" },
  },
});
const minutes = positive("minutes", values.minutes);
const cores = positive("cores", values.cores);
const startedAtMs = Date.now();
const endsAtMs = startedAtMs + minutes * 60_000;
const running = new Set<ReturnType<typeof spawn>>();
let rounds = 0;
let failed: number | undefined;

await (values.seed === undefined
  ? Promise.all(Array.from({ length: cores }, fuzzUntilTheEnd))
  : fuzz(Number(values.seed)));
const spent = `${((Date.now() - startedAtMs) / 60_000).toFixed(1)} minutes, ${rounds} rounds`;
if (failed === undefined) console.log(styleText("green", `No counterexample in ${spent}`));
else console.error(`Failed after ${spent}. Again: npm run fuzz -- --seed ${failed}`);
process.exitCode = failed === undefined ? 0 : 1;

async function fuzzUntilTheEnd(): Promise<void> {
  while (failed === undefined && Date.now() < endsAtMs)
    // oxlint-disable-next-line no-await-in-loop -- one round after the other on each core
    await fuzz(Math.floor(Math.random() * MAX_SEED));
}

/** Runs one round, and prints its output only if it fails. */
async function fuzz(seed: number): Promise<void> {
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", "--project", "fuzz", "--maxWorkers", "1", "--bail", "1"];
  const env = {
    ...process.env,
    FUZZ_FACTOR: FACTOR,
    FUZZ_SEED: String(seed),
    ...(values.seed === undefined && { FUZZ_ENDS_AT_MS: String(endsAtMs) }),
  };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
  const status = await new Promise((resolve) => child.once("close", resolve));
  running.delete(child);
  // Another round has failed, and ended this one.
  if (failed !== undefined) return;
  rounds += 1;
  if (status === 0) {
    const elapsed = ((Date.now() - startedAtMs) / 60_000).toFixed(1);
    console.log(`${elapsed} of ${minutes} minutes: round ${rounds} passed, seed ${seed}`);
    return;
  }
  failed = seed;
  for (const other of running) other.kill();
  console.error(output);
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  console.error(`--${option} must be a positive number`);
  process.exit(2);
}
