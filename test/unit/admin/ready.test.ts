import { describe, expect, it } from "vitest";
import { ADMIN_CONFIG, ADMIN_ENV, adminToken } from "../support/admin.ts";
import { askAsAdmin } from "../support/ask-as-admin.ts";
import { rowsOf } from "../support/development-worker.ts";
import { startFailingWorker } from "../support/failing-ledger.ts";
import { startForEach } from "../support/start-for-each.ts";
import { startWorker } from "../support/start-worker.ts";

const each = startForEach();

const any = expect.any(Number) as number;

/** `askAsAdmin` asks below `/v1/admin`. */
const ready = async () => askAsAdmin(each.worker, "GET", "/../../readyz");

describe("GET /readyz", () => {
  it("says that the keys, the ledger and each store work, and writes nothing", async () => {
    const response = await ready();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      checks: [
        { name: "keys", status: "ok", durationMs: any },
        { name: "ledger", status: "ok", durationMs: any },
        { name: "store local", status: "ok", durationMs: any },
      ],
    });
    expect(each.environment.requests).toEqual(["HEAD .edge-presigner-readiness"]);
    expect(await rowsOf("SELECT name FROM sqlite_master", "readiness")).toEqual([]);
  });

  it("is 503 with the code of a store that refuses, or does not answer", async () => {
    each.environment.store = () => new Response(null, { status: 403 });
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
    each.environment.store = async () => new Promise(() => undefined);
    const startedAt = performance.now();
    expect(await (await ready()).json()).toMatchObject({
      checks: [
        {},
        {},
        { name: "store local", reason: "No answer within 1000 ms", durationMs: any },
      ],
    });
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it("is 503 while the ledger fails", async () => {
    each.worker.failAt(0, "before");
    const response = await ready();
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      checks: [{}, { name: "ledger", code: "ledger-unavailable" }, {}],
    });
  });

  it("asks a store with the key that reads, and no ledger where nothing needs one", async () => {
    const keyIds: unknown[] = [];
    const worker = startWorker({
      config: ADMIN_CONFIG,
      env: {
        ...ADMIN_ENV,
        LEDGER: undefined,
        MEDIA_READ_ACCESS_KEY_ID: "AKIDREADER",
        MEDIA_READ_SECRET_ACCESS_KEY: "media-read-secret-access-key",
      },
      dependencies: {
        fetch: async (_, { headers }) => {
          const signed = new Headers(headers).get("authorization") ?? "";
          keyIds.push(/Credential=(\w+)/.exec(signed)?.[1]);
          return Promise.resolve(new Response(null, { status: 404 }));
        },
      },
    });
    const authorization = `Bearer ${await adminToken()}`;
    const response = await worker.fetch("/readyz", { headers: { authorization } });
    const { checks } = await response.json<{ checks: readonly { readonly name: string }[] }>();
    expect(checks.map(({ name }) => name)).toEqual(["keys", "store media", "store europe"]);
    expect(keyIds).toEqual(["AKIDREADER", "AKIDEUROPE"]);
  });

  it("is not for users, and not for anybody without a token", async () => {
    expect((await each.worker.ask("GET", "/readyz")).status).toBe(403);
    expect((await each.worker.ask("GET", "/readyz", undefined, { authorization: "" })).status).toBe(
      401,
    );
  });
});

describe("GET /healthz", () => {
  it("names the configuration by its content", async () => {
    const one = await (await each.worker.ask("GET", "/healthz")).json<object>();
    expect(one).toMatchObject({
      status: "ok",
      configuration: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
    const same = await (await startFailingWorker().ask("GET", "/healthz")).json<object>();
    expect(same).toEqual(one);
  });
});
