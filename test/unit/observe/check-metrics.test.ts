import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import type { Ledger } from "../../../src/ledger/client.ts";
import { createLedgerClass, type LedgerClass } from "../../../src/ledger/durable-object.ts";
import { ledgerDependenciesOf } from "../../../src/worker.ts";
import { controlForEach, moveClock, putFile } from "../support/development-worker.ts";
import { startFailingWorker, type FailingWorker } from "../support/failing-ledger.ts";

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);
const PAGE = new TextEncoder().encode("<html>123456");
const MINUTE = 60;
const WEEK = 7 * 24 * 60 * MINUTE;

const environment = controlForEach();

interface Setting {
  readonly worker: FailingWorker;
  /** Kind, outcome, detail, milliseconds and attempts of each point about checks. */
  readonly points: () => readonly string[];
  readonly settled: () => readonly object[];
  /** Creates an upload, and stores its file where that is given. Returns the path to complete it. */
  readonly send: (bytes?: Uint8Array) => Promise<string>;
  readonly alarm: () => Promise<void>;
  readonly sql: SqlStorage;
}

/** Runs with a real ledger whose metrics are kept. Its scanner takes two seconds. */
async function run(test: (setting: Setting) => Promise<void>): Promise<void> {
  await runInDurableObject(env.LEDGER.getByName("checked"), async (_, state) => {
    let ledger: InstanceType<LedgerClass> | undefined;
    const points: string[] = [];
    const METRICS = {
      writeDataPoint: ({ blobs, doubles }: { blobs: string[]; doubles: number[] }) =>
        void points.push([blobs[0], blobs[3], blobs[4], ...doubles.slice(1)].join(" ")),
    };
    const checked = {
      ...development.policies.checked,
      quarantine: { scanner: { url: "https://scanner.example.com/" } },
    };
    const worker = startFailingWorker({
      config: {
        ...development,
        revocations: false,
        logging: { level: "debug" },
        policies: { ...development.policies, checked },
      },
      secrets: { METRICS, SCANNER_SECRET: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz" },
      ledger: () => ledger as unknown as Ledger,
    });
    ledger = new (createLedgerClass(ledgerDependenciesOf(worker)))(state, env);
    await test({
      worker,
      points: () => points.filter((point) => /^(check|scan) /.test(point)),
      settled: () =>
        worker.log
          .map((line) => JSON.parse(line) as { readonly event: string })
          .filter(({ event }) => event === "upload-settled"),
      async send(bytes) {
        const body = { policy: "checked", contentType: "image/png", size: PNG.length };
        const created = await worker.ask("POST", "/v1/uploads", body);
        const { id, key } = await created.json<{ id: string; key: string }>();
        if (bytes) await putFile(`pending/${key}`, bytes);
        return `/v1/uploads/${id}/complete`;
      },
      alarm: async () => ledger?.alarm?.(),
      sql: state.storage.sql,
    });
  });
}

const answer = (verdict?: string) => () => {
  moveClock(2);
  const sent = environment.delivered.findLast(({ body }) => body.includes('"etag"'))?.body ?? "{}";
  const { etag } = JSON.parse(sent) as { etag: string };
  return verdict === undefined
    ? new Response(null, { status: 503 })
    : Response.json({ verdict, etag });
};

describe("metrics of a check", () => {
  it("are one point of the scanner and one of its end, where the first try ends it", async () =>
    run(async ({ worker, send, points, settled }) => {
      environment.receiver = answer("clean");
      expect((await worker.ask("POST", await send(PNG))).status).toBe(200);
      environment.receiver = answer("infected");
      expect((await worker.ask("POST", await send(PNG))).status).toBe(422);
      expect(points()).toEqual([
        "scan clean  2000 0",
        "check completed request 2000 0",
        "scan infected  2000 0",
        "check rejected request 2000 0",
      ]);
      expect(settled()).toMatchObject([
        { uploadStatus: "completed", by: "request", sinceCheckMs: 2000 },
        { uploadStatus: "rejected", by: "request", sinceCheckMs: 2000 },
      ]);
    }));

  it("say once that a file waits, and how long it did when a client or the alarm ends it", async () =>
    run(async ({ worker, send, points, settled, alarm }) => {
      environment.receiver = answer();
      const path = await send(PNG);
      for (const _ of [1, 2]) expect((await worker.ask("POST", path)).status).toBe(202);
      environment.receiver = answer("clean");
      expect((await worker.ask("POST", path)).status).toBe(200);

      environment.receiver = answer();
      expect((await worker.ask("POST", await send(PNG))).status).toBe(202);
      environment.receiver = answer("infected");
      moveClock(5 * MINUTE);
      await alarm();
      expect(points().filter((point) => point.startsWith("check"))).toEqual([
        "check waiting request 2000 1",
        "check completed request 6000 2",
        "check waiting request 2000 1",
        "check rejected alarm 304000 1",
      ]);
      expect(settled()).toMatchObject([
        { by: "request", sinceCheckMs: 6000 },
        { by: "alarm", sinceCheckMs: 304_000 },
      ]);
    }));

  it("begin anew for a check that an earlier release has begun, and not in 1970", async () =>
    run(async ({ worker, send, points, sql }) => {
      environment.receiver = () => {
        sql.exec("UPDATE upload SET result = json_remove(result, '$.sinceMs')");
        return answer()();
      };
      const path = await send(PNG);
      expect((await worker.ask("POST", path)).status).toBe(202);
      environment.receiver = answer("clean");
      expect((await worker.ask("POST", path)).status).toBe(200);
      expect(points().filter((point) => point.startsWith("check"))).toEqual([
        "check waiting request 0 1",
        "check completed request 2000 1",
      ]);
    }));

  it("end with an upload that was given up", async () =>
    run(async ({ worker, send, points, alarm }) => {
      environment.receiver = answer();
      await worker.ask("POST", await send(PNG));
      moveClock(2 * WEEK);
      await alarm();
      expect(points().at(-1)).toMatch(/^check expired alarm \d+ 2$/);
    }));

  it("are none of a file that never came, nor of one whose first bytes reject it without the scanner", async () =>
    run(async ({ worker, send, points, settled, alarm }) => {
      const path = await send();
      await worker.ask("POST", path);
      moveClock(30 * MINUTE);
      await alarm();
      expect(settled()).toMatchObject([{ uploadStatus: "expired", by: "alarm" }]);
      expect(settled()[0]).not.toHaveProperty("sinceCheckMs");
      expect(points()).toEqual([]);
      expect((await worker.ask("POST", await send(PAGE))).status).toBe(422);
      expect(points()).toEqual(["check rejected request 0 0"]);
    }));
});
