import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // What the Worker logs is shown for a test that fails.
    silent: "passed-only",
    // Many files start a server, and some a browser: two at a time fit on a small machine.
    maxWorkers: 2,
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml", environment: "dev" },
            miniflare: {
              bindings: { WEBHOOK_URL: "http://localhost:9/hook" },
              // Tests put them in the place of secrets.
              secretsStoreSecrets: {
                STORED_SECRET: { store_id: "tests", secret_name: "one" },
                OTHER_STORED_SECRET: { store_id: "tests", secret_name: "other" },
              },
            },
          }),
        ],
        test: {
          name: "workerd",
          // Storage is reset after each test, so that files can share one isolate.
          isolate: false,
          include: ["test/unit/**/*.test.ts"],
          // An eviction takes a second of its own.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          // In Node.js, which can measure CPU time. What is fuzzed uses web standards only.
          name: "fuzz",
          include: ["test/fuzz/*.test.ts"],
          // A run of chosen length ends by itself.
          testTimeout: process.env["FUZZ_ENDS_AT_MS"] === undefined ? 600_000 : 0,
          provide: { fuzz: fuzzOptions(process.env) },
        },
      },
      {
        test: {
          name: "client",
          include: ["test/client/*.test.ts"],
        },
      },
      {
        test: {
          name: "e2e",
          include: [
            "test/e2e/**/*.test.ts",
            // What takes minutes: npm run test:slow.
            ...(process.env["SLOW"] === undefined ? [] : ["test/slow/*.test.ts"]),
            "test/page/*.test.ts",
            // Of one store each: npm run test:stores names them.
            ...(process.env["STORE"] === undefined ? [] : ["test/stores/*.test.ts"]),
          ],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // `npm run test:dart`: Dart compiles for a while, and is not everywhere.
          name: "dart",
          include: ["test/dart/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "attack",
          include: ["test/attack/*.test.ts"],
          // One server for the folder, and one import of what its files share.
          isolate: false,
          globalSetup: ["test/attack/support/start-server.ts"],
          testTimeout: 60_000,
        },
      },
    ],
  },
});

/** What `npm run fuzz` sets. */
function fuzzOptions({ FUZZ_FACTOR, FUZZ_SEED, FUZZ_ENDS_AT_MS }: NodeJS.ProcessEnv): {
  readonly factor: number;
  readonly seed: number | undefined;
  readonly endsAtMs: number | undefined;
} {
  return {
    factor: toNumber(FUZZ_FACTOR) ?? 1,
    seed: toNumber(FUZZ_SEED),
    endsAtMs: toNumber(FUZZ_ENDS_AT_MS),
  };
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
