/** The ledger of revocations is slow, fails, hangs or starts anew: through the Worker, with the real object. */
import { evictDurableObject, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callListPolicies } from "../../../src/rpc/calls.ts";
import {
  START,
  USERS,
  moveClock,
  startRevocable,
  type RevocableWorker,
} from "../support/revocable.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: START }));
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

type Fault = "none" | "fails" | "hangs" | "answers later";

interface Faulty extends RevocableWorker {
  fault: Fault;
  reads: number;
}

const LATER_MS = 700;

function start(): Faulty {
  const state = { fault: "none" as Fault, reads: 0 };
  const LEDGER = {
    getByName: (name: string) => {
      const ledger = env.LEDGER.getByName(name);
      if (name !== "revocations") return ledger;
      return {
        readRevocations: async (version: string | undefined) => {
          state.reads += 1;
          if (state.fault === "fails") throw new Error("Durable Object is overloaded");
          if (state.fault === "hangs") await new Promise(() => undefined);
          const answer = await ledger.readRevocations(version);
          if (state.fault === "answers later")
            await new Promise((resolve) => void setTimeout(resolve, LATER_MS));
          return answer;
        },
        revoke: async (revocation: Parameters<typeof ledger.revoke>[0]) =>
          ledger.revoke(revocation),
      };
    },
  };
  return Object.assign(state, startRevocable({ env: { LEDGER } }));
}

const ask = async (worker: RevocableWorker, asking = {}) => {
  const { status, body } = await worker.ask("GET", "/v1/policies", asking);
  return status === 200 ? "served" : String(body["code"]);
};

describe("a new isolate", () => {
  it.for(["fails", "hangs"] as const)(
    "serves nobody while the ledger %s, and everybody as soon as it answers",
    async (fault) => {
      const worker = start();
      worker.fault = fault;
      const answers = await Promise.all([ask(worker), ask(worker, { user: "bob" })]);
      expect(answers).toEqual(["ledger-unavailable", "ledger-unavailable"]);
      const refused = await worker.ask("POST", "/v1/uploads", { body: {} });
      expect(refused).toMatchObject({ status: 503, body: { retryAfter: 5 } });
      worker.fault = "none";
      moveClock(1);
      expect(await ask(worker)).toBe("served");
    },
  );

  it("uses an answer that came too late for its first request", async () => {
    const worker = start();
    worker.fault = "answers later";
    expect(await ask(worker)).toBe("ledger-unavailable");
    await new Promise((resolve) => void setTimeout(resolve, LATER_MS));
    expect(await ask(worker)).toBe("served");
    expect(worker.reads).toBe(1);
  });

  it("answers a call of another Worker in the same way", async () => {
    const worker = start();
    worker.fault = "fails";
    const props = { issuer: USERS, policies: ["photo"], actions: ["upload"] };
    const call = async () => callListPolicies(worker.worker.getService(), props, { user: "alice" });
    await expect(call()).rejects.toMatchObject({ code: "ledger-unavailable" });
    worker.fault = "none";
    moveClock(1);
    expect(await call()).toHaveProperty("policies");
  });

  it("answers what needs no token, and tells whoever has no valid one nothing of it", async () => {
    const worker = start();
    worker.fault = "fails";
    expect((await worker.fetch("/healthz")).status).toBe(200);
    expect((await worker.fetch("/v1/policies")).status).toBe(401);
  });
});

describe("an isolate that knows what was revoked", () => {
  it.for(["fails", "hangs"] as const)(
    "serves and refuses for a minute while the ledger %s",
    async (fault) => {
      const worker = start();
      await worker.revoke({ user: "alice" });
      worker.fault = fault;
      for (const seconds of [1, 20, 38]) {
        moveClock(seconds);
        expect(await ask(worker, { age: 120 })).toBe("revoked");
        expect(await ask(worker, { user: "bob" })).toBe("served");
      }
      moveClock(1);
      expect(await ask(worker, { user: "bob" })).toBe("ledger-unavailable");
      expect(await ask(worker, { age: 120 })).toBe("ledger-unavailable");
      worker.fault = "none";
      moveClock(1);
      expect(await ask(worker, { user: "bob" })).toBe("served");
      expect(await ask(worker, { age: 120 })).toBe("revoked");
    },
  );

  it("knows the same after the ledger was evicted, and after it was empty", async () => {
    const worker = start();
    await worker.revoke({ user: "alice" });
    for (let time = 0; time < 3; time += 1) {
      await evictDurableObject(env.LEDGER.getByName("revocations"));
      moveClock(61);
      expect(await ask(worker, { age: 600 })).toBe("revoked");
      expect(await ask(worker, { user: "bob" })).toBe("served");
    }
  });

  it("still lets an admin revoke where it can read nothing", async () => {
    const worker = start();
    worker.fault = "hangs";
    expect((await worker.revoke({ user: "alice" })).status).toBe(201);
    expect(await ask(worker, { age: 1 })).toBe("revoked");
  });
});
