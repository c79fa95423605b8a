/**
 * `npm run test:stores`: the end-to-end tests on real S3 servers from Debian packages, one after the other.
 * With STORE_ENDPOINT: on a server that runs already (docs/providers.md, "Test your own server").
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import type { Measurable } from "./measure.ts";

const HERE = dirname(import.meta.filename);
/** `ceph-sts` has a security token service, which answers wrong keys in another way: it runs its own tests alone. */
const PEERS = ["ceph", "ceph-sts", "swift"] as const;
/** Where CI wants a report of each run. */
const reports = process.env["REPORTS"];
const TESTS = [
  "tickets/upload",
  "tickets/multipart",
  "tickets/objects",
  "ledger/abort",
  "ledger/quarantine",
  "command-line/setup-apply",
  "command-line/explain",
  "client/client-node",
];
/** Those of test/attack that depend on the store. What they expect is known of Ceph and Swift alone. */
const ATTACKS = [
  "unsigned-headers",
  "query",
  "keys",
  "size",
  "replay",
  "active-content",
  "confirmation",
  "quarantine",
];
/** Those of one store. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  ceph: ["doctor-ceph", "forms-ceph", "quarantine-ceph", "uppy-ceph", "revoke-ceph", "copies"],
  swift: ["doctor-swift", "copies"],
  "ceph-sts": ["credentials-ceph", "credentials-tools", "doctor-credentials"],
};
/** Those that need multipart uploads. */
const MULTIPART = ["tickets/multipart", "ledger/quarantine", "client/client-node"];

type Env = Readonly<Record<string, string>>;

const args = process.argv.slice(2);
const at = args.indexOf("--store");
const [, chosen] = at < 0 ? [] : args.splice(at, 2);
const endpoint = process.env["STORE_ENDPOINT"];
process.exit((endpoint === undefined ? runPeers() : await runOn(endpoint)) ? 0 : 1);

/** Starts each server, or the chosen one, and returns whether all tests passed. */
function runPeers(): boolean {
  if (spawnSync("apt-get", ["--version"]).error) {
    console.error(
      "Ceph and Swift come from Debian packages, and there is no apt-get here: run this on Debian or Ubuntu, or set STORE_ENDPOINT.",
    );
    return false;
  }
  const peers = PEERS.filter((name) => chosen === undefined || name === chosen);
  if (peers.length === 0)
    console.error(`Use --store ${PEERS.join(" or ")}, or set STORE_ENDPOINT for another server.`);
  const passed = peers.map(runPeer);
  return peers.length > 0 && passed.every(Boolean);
}

function runPeer(store: (typeof PEERS)[number]): boolean {
  console.log(`\n${store}: starting`);
  const isSts = store === "ceph-sts";
  const script = join(HERE, `${isSts ? "ceph" : store}.sh`);
  const started = spawnSync("bash", [script], {
    encoding: "utf8",
    env: { ...process.env, ...(isSts && { CEPH_STS: "1" }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (started.status !== 0) {
    console.error(`${store} did not start: ${started.stdout}`);
    return false;
  }
  const address = Object.fromEntries(
    started.stdout
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const isGreen = runTests(isSts ? [] : TESTS, { ...address, STORE: store });
  spawnSync("bash", [script, "stop"], { stdio: "inherit" });
  return isGreen;
}

/** Measures a running server with doctor, and returns whether it keeps what was measured. */
async function runOn(origin: string): Promise<boolean> {
  const address: Env = { S3_ENDPOINT: origin, STORE: "measured", ...readAddress() };
  Object.assign(process.env, address);
  const { MEASURABLE, Unusable, measureStore } = await import("./measure.ts");
  const { addressOf } = await import("../e2e/support/store.ts");
  const provider = chosen ?? "compatible";
  if (!isMeasurable(provider, MEASURABLE)) {
    console.error(`Use --store with one of: ${Object.keys(MEASURABLE).join(", ")}.`);
    return false;
  }
  const measured = await measureStore(provider, addressOf("")).catch((error: unknown) => {
    if (!(error instanceof Unusable)) throw error;
    console.error(error.message);
    return undefined;
  });
  if (!measured) return false;
  const { setting, cannot, hasMultipart } = measured;
  console.log(`\n${origin} as ${provider}: doctor prints ${JSON.stringify(setting)}`);
  for (const [name, reason] of Object.entries(cannot)) console.log(`  without ${name}: ${reason}`);
  if (!hasMultipart) console.log(`  without multipart uploads: ${MULTIPART.join(", ")} left out`);
  return runTests(hasMultipart ? TESTS : TESTS.filter((name) => !MULTIPART.includes(name)), {
    ...address,
    STORE_PROVIDER: provider,
    STORE_SETTING: JSON.stringify(setting),
    STORE_CANNOT: JSON.stringify(cannot),
  });
}

function readAddress(): Env {
  const names = ["REGION", "BUCKET", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY"];
  const missing = names.filter((name) => process.env[`STORE_${name}`] === undefined);
  if (missing.length > 0) {
    console.error(`Set ${missing.map((name) => `STORE_${name}`).join(", ")} in the environment.`);
    process.exit(1);
  }
  return Object.fromEntries(
    names.map((name) => [`S3_${name}`, process.env[`STORE_${name}`] ?? ""]),
  );
}

function isMeasurable(name: string, all: object): name is Measurable {
  return Object.hasOwn(all, name);
}

function runTests(names: readonly string[], env: Env): boolean {
  const store = env["STORE"] ?? "";
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const all = [
    vitest,
    "run",
    "--project",
    "e2e",
    "--project",
    "attack",
    "--project",
    "dart",
    ...names.map((name) => `test/e2e/${name}.test.ts`),
    ...(names.includes("tickets/multipart") ? ["test/dart/client.test.ts"] : []),
    ...(store === "measured" || store === "ceph-sts"
      ? []
      : ATTACKS.map((name) => `test/attack/${name}.test.ts`)),
    ...(OWN[store] ?? [`doctor-${store}`]).map((name) => `test/stores/${name}.test.ts`),
    ...args,
  ];
  if (reports !== undefined)
    all.push(
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${join(reports, `${store}.json`)}`,
    );
  const { status } = spawnSync(process.execPath, all, {
    stdio: "inherit",
    env: { ...process.env, ...env, STORE: store === "ceph-sts" ? "ceph" : store },
  });
  return status === 0;
}
