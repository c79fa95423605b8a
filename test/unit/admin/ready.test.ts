import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askAsAdmin } from "../support/ask-as-admin.ts";
import {
  controlEnvironment,
  restoreEnvironment,
  rowsOf,
  type Environment,
} from "../support/development-worker.ts";
import { startFailingWorker, type FailingWorker } from "../support/failing-ledger.ts";

let environment: Environment;
let worker: FailingWorker;
beforeEach(() => {
  environment = controlEnvironment();
  worker = startFailingWorker();
});
afterEach(async () => {
  restoreEnvironment();
  await reset();
});

/** `askAsAdmin` asks below `/v1/admin`. */
const ready = async () => askAsAdmin(worker, "GET", "/../../readyz");

describe("GET /readyz", () => {
  it("says that the keys, the ledger and each store work, and writes nothing", async () => {
    const response = await ready();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      checks: [
        { name: "keys", status: "ok" },
        { name: "ledger", status: "ok" },
        { name: "store local", status: "ok" },
      ],
    });
    expect(environment.requests).toEqual(["HEAD .edge-presigner-readiness"]);
    expect(await rowsOf("SELECT name FROM sqlite_master", "readiness")).toEqual([]);
  });

  it("is 503 with the code of a store that refuses, or does not answer", async () => {
    environment.store = () => new Response(null, { status: 403 });
    const refused = await ready();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      status: "failing",
      checks: [
        { status: "ok" },
        { status: "ok" },
        { name: "store local", code: "store-unavailable", reason: "HEAD returned 403" },
      ],
    });
    environment.store = async () => new Promise(() => undefined);
    const startedAt = performance.now();
    expect(await (await ready()).json()).toMatchObject({
      checks: [{}, {}, { name: "store local", reason: "No answer within 1000 ms" }],
    });
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it("is 503 while the ledger fails", async () => {
    worker.failAt(0, "before");
    const response = await ready();
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      checks: [{}, { name: "ledger", code: "ledger-unavailable" }, {}],
    });
  });

  it("is not for users, and not for anybody without a token", async () => {
    expect((await worker.ask("GET", "/readyz")).status).toBe(403);
    expect((await worker.ask("GET", "/readyz", undefined, { authorization: "" })).status).toBe(401);
  });
});

describe("GET /healthz", () => {
  it("names the configuration by its content", async () => {
    const one = await (await worker.ask("GET", "/healthz")).json<object>();
    expect(one).toMatchObject({
      status: "ok",
      configuration: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
    const same = await (await startFailingWorker().ask("GET", "/healthz")).json<object>();
    expect(same).toEqual(one);
  });
});
