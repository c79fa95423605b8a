import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  ask,
  controlForEach,
  grant,
  ledgerOf,
  moveClock,
  putObject,
  rowsOf,
} from "../support/development-worker.ts";
import { startFailingWorker } from "../support/failing-ledger.ts";

const environment = controlForEach();

const TEN_MINUTES = 600;
const UPLOAD = { policy: "limited", contentType: "image/png", size: 1000 };
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const eventsOf = () =>
  environment.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const bytesOf = async () =>
  (await rowsOf("SELECT used FROM window WHERE counter = 'bytes'"))[0]?.["used"];

const createAt = (skewSeconds: number) => {
  const now = () => Date.now() + skewSeconds * 1000;
  const worker = startFailingWorker({ dependencies: { now } });
  return {
    ...worker,
    create: async () =>
      (await worker.ask("POST", "/v1/uploads", UPLOAD)).json<{ id: string; key: string }>(),
  };
};

describe.for([TEN_MINUTES, -TEN_MINUTES])(
  "a Worker whose clock is %i seconds off its ledger's",
  (skew) => {
    it("completes an upload, once", async () => {
      const { ask: send, create } = createAt(skew);
      const { id, key } = await create();
      await putObject(key, 1000);
      for (let times = 0; times < 2; times += 1)
        expect((await send("POST", `/v1/uploads/${id}/complete`)).status).toBe(200);
      moveClock(40 * 60);
      await alarm();
      await alarm();
      expect([eventsOf(), await bytesOf()]).toEqual([["upload.completed"], 1000]);
    });

    it("leaves no upload behind whose client is gone: the alarm settles it within ten minutes more or less", async () => {
      const { create } = createAt(skew);
      const { key } = await create();
      await putObject(key, 1000);
      moveClock(20 * 60 + skew - 1);
      await alarm();
      expect(eventsOf()).toEqual([]);
      moveClock(1);
      await alarm();
      expect([eventsOf(), await bytesOf()]).toEqual([["upload.completed"], 1000]);
    });

    it("counts what arrives after the alarm has looked too early", async () => {
      const { create } = createAt(skew);
      const { key } = await create();
      moveClock(20 * 60 + skew);
      await alarm();
      await putObject(key, 1000);
      moveClock(86_400);
      await alarm();
      expect([eventsOf(), await bytesOf()]).toEqual([["upload.expired", "upload.completed"], 1000]);
    });
  },
);

describe("a ledger whose clock is set back by ten minutes", () => {
  it("gives no quota twice, and says truly when it fits again", async () => {
    moveClock(30);
    for (let times = 0; times < 50; times += 1) {
      const { id } = await grant(1);
      // It is no longer pending, and counts as an upload.
      if (times === 0) await ask("DELETE", `/v1/uploads/${id}`);
    }
    moveClock(-TEN_MINUTES);
    const refused = await ask("POST", "/v1/uploads", { body: UPLOAD });
    expect(refused.status).toBe(429);
    const retryAfter = Number(refused.headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThan(TEN_MINUTES);
    moveClock(retryAfter);
    expect((await ask("POST", "/v1/uploads", { body: UPLOAD })).status).toBe(201);
  });
});

describe("an issuer whose clock is ten minutes off", () => {
  it("is refused with 401 until its tokens are valid, and no longer", async () => {
    const nowSeconds = Date.now() / 1000;
    const claims = { iat: nowSeconds + TEN_MINUTES, nbf: nowSeconds + TEN_MINUTES };
    const early = await ask("POST", "/v1/uploads", { body: UPLOAD, claims });
    expect(early.status).toBe(401);
    expect(early.headers.get("www-authenticate")).toContain("Bearer");
    moveClock(TEN_MINUTES);
    expect((await ask("POST", "/v1/uploads", { body: UPLOAD, claims })).status).toBe(201);
    const late = await ask("POST", "/v1/uploads", {
      body: UPLOAD,
      claims: { exp: Date.now() / 1000 - TEN_MINUTES },
    });
    expect(late.status).toBe(401);
  });
});
