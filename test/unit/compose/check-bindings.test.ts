import { describe, expect, it } from "vitest";
import { isFetcher } from "../../../src/compose/check-bindings.ts";
import { CONFIG, ENV, startWorker } from "../support/start-worker.ts";

const misconfigured = async (worker: ReturnType<typeof startWorker>) => {
  expect((await worker.fetch("/healthz")).status).toBe(503);
  return worker.log.join("\n");
};

describe("a Worker without a ledger", () => {
  const env = { ...ENV, LEDGER: undefined };

  it("answers nothing if a policy has a quota, and names what to add", async () => {
    const limited = {
      ...CONFIG.policies["photo"],
      key: "limited/{user}/{id}",
      quota: { pending: 1 },
    };
    const config = { ...CONFIG, policies: { ...CONFIG.policies, limited } };
    const log = await misconfigured(startWorker({ config, env }));
    expect(log).toContain('"path":"wrangler.toml: durable_objects.bindings"');
    expect(log).toContain('add LEDGER: the policy \\"limited\\" has a quota');
  });

  it("answers if nothing needs one", async () => {
    expect((await startWorker({ env }).fetch("/healthz")).status).toBe(200);
  });
});

it("sessions beside the tokens of development need no prefix", async () => {
  const hooks = { authenticate: () => ({ user: "alice" }) };
  expect(await misconfigured(startWorker({ hooks }))).toContain("issuers.0.userPrefix");
  const config = { ...CONFIG, origins: ["http://localhost:*"] };
  const { fetch } = startWorker({ hooks, config });
  expect((await fetch("http://localhost:8787/healthz")).status).toBe(200);
});

it.for([undefined, null, "fetch", {}, { fetch: "https://scanner.example.com/" }])(
  "%j is no service binding",
  (value) => {
    expect(isFetcher(value)).toBe(false);
    expect(isFetcher({ fetch: async () => Promise.resolve(new Response(null)) })).toBe(true);
  },
);
