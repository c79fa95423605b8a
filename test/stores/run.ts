/** `npm run test:stores`: the end-to-end tests on real S3 servers from Debian packages, one after the other. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";

const HERE = dirname(import.meta.filename);
const STORES = ["ceph", "swift"] as const;
/** Where CI wants a report of each run. */
const reports = process.env["REPORTS"];
const TESTS = [
  "tickets/upload",
  "tickets/multipart",
  "tickets/objects",
  "ledger/abort",
  "command-line/setup-apply",
  "command-line/explain",
  "client/client-node",
];

if (spawnSync("apt-get", ["--version"]).error) {
  console.error(
    "Ceph and Swift come from Debian packages, and there is no apt-get here: run this on Debian or Ubuntu.",
  );
  process.exit(1);
}

let isGreen = true;
for (const store of STORES) {
  console.log(`\n${store}: starting`);
  const script = join(HERE, `${store}.sh`);
  const started = spawnSync("bash", [script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (started.status !== 0) {
    console.error(`${store} did not start: ${started.stdout}`);
    isGreen = false;
    continue;
  }
  const address = Object.fromEntries(
    started.stdout
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const args = [
    vitest,
    "run",
    "--project",
    "e2e",
    ...TESTS.map((name) => `test/e2e/${name}.test.ts`),
    `test/stores/doctor-${store}.test.ts`,
    ...process.argv.slice(2),
  ];
  if (reports !== undefined)
    args.push(
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${join(reports, `${store}.json`)}`,
    );
  const { status } = spawnSync(process.execPath, args, {
    stdio: "inherit",
    env: { ...process.env, ...address, STORE: store },
  });
  if (status !== 0) isGreen = false;
  spawnSync("bash", [script, "stop"], { stdio: "inherit" });
}
process.exit(isGreen ? 0 : 1);
