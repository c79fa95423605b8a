/** What will it cost next month: `edge-presigner costs`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import type { Features } from "../../../cli/costs/features.ts";
import { MEASURED } from "../../../cli/costs/measured.ts";
import { usageOf } from "../../../cli/costs/per-upload.ts";
import { createTraffic } from "../../../cli/costs/traffic.ts";
import { priceOf } from "../../../cli/costs/usage.ts";
import { toMonth } from "../../../cli/costs/watched.ts";
import { runCommand } from "../support/command.ts";
import { askForTicket, call, put, startServer, tokenFor } from "../support/server.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "edge-presigner-costs-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const DEVELOPMENT = ["--config", "dev/presigner.config.ts"];
const costs = async (...args: readonly string[]) => runCommand(["costs", ...DEVELOPMENT, ...args]);
function writeLog(lines: readonly string[]): string {
  const path = join(folder, `${crypto.randomUUID()}.jsonl`);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const MiB = 2 ** 20;
const NONE: Features = {
  hasLedger: false,
  hasWindows: false,
  hasStored: false,
  hasWebhook: false,
  hasQuarantine: false,
  hasEvents: false,
  audit: undefined,
  multipartFrom: 5 * MiB,
  maxParts: 10_000,
  store: { title: "R2", price: "r2" },
};
const LIMITED: Features = { ...NONE, hasLedger: true, hasWindows: true };

describe("what an upload uses", () => {
  it("is the sum of what each thing uses that its policy has, as it was counted with all of them", () => {
    const all = usageOf(
      {
        ...LIMITED,
        hasStored: true,
        hasWebhook: true,
        hasQuarantine: true,
        audit: "queue",
      },
      3e6,
    );
    const { everything } = MEASURED;
    expect({ ...all, rowsRead: 0 }).toEqual({
      ...everything,
      // The read of the revocations, which is counted by time.
      calls: everything.calls - 1,
      rowsRead: 0,
    });
    expect(all.rowsRead / everything.rowsRead).toBeCloseTo(1, 1);
    expect(priceOf(all) / priceOf(everything)).toBeCloseTo(1, 2);
  });

  it("is no request to a ledger where there is none", () => {
    expect(usageOf(NONE, 3e6)).toEqual(MEASURED.stateless);
    const audited = usageOf({ ...NONE, audit: "queue" }, 3e6);
    expect(audited).toEqual(MEASURED.auditOnly);
    expect(usageOf({ ...NONE, audit: "url" }, 3e6)).toEqual(MEASURED.stateless);
  });

  it("has a request to the store for each part, and one to the Worker for 25 of them", () => {
    const limited = { ...LIMITED, hasWebhook: true };
    const keyed = { ...MEASURED.multipart, rowsWritten: MEASURED.multipart.rowsWritten + 1 };
    expect(usageOf(limited, 100 * 8 * MiB)).toEqual(keyed);
    expect(usageOf(NONE, 100 * 8 * MiB)).toMatchObject({
      workerRequests: 5,
      calls: 0,
      rowsWritten: 0,
      storeWrites: 103,
    });
    expect(usageOf(NONE, 30 * 8 * MiB)).toMatchObject({ workerRequests: 3, storeWrites: 33 });
  });
});

describe("edge-presigner costs", () => {
  it("compares the policies of the configuration", async () => {
    const { stdout, status } = await costs();
    expect(status).toBe(0);
    expect(stdout).toContain("1,000,000 uploads in a month");
    expect(stdout).toMatch(/photo +no quota +\$0\.61 /);
    expect(stdout).toMatch(/limited +quota +\$21\.40 /);
    expect(stdout).toMatch(/checked +a record, quarantine /);
  });

  it("subtracts what the plan includes, and shows it", async () => {
    const { stdout } = await costs("--policy", "limited", "--uploads", "10000000");
    expect(stdout).toMatch(/rows written +200,000,000 +50,000,000 +\$1\.00 +\$150\.00/);
    expect(stdout).toMatch(/requests to the Worker +20,000,000 +10,000,000 +\$0\.30 +\$3\.00/);
    expect(stdout).toMatch(/R2: PUTs, parts, POSTs +10,000,000 +1,000,000 +\$4\.50 +\$40\.50/);
    expect(stdout).toMatch(/the plan Workers Paid +\$5\.00/);
    expect(stdout).toContain("R2 stores 30 TB of new files, for $450.00 each month");
  });

  it("counts webhooks, an audit and bucket events where there are some", async () => {
    const rows = async (...args: readonly string[]) => {
      const env = { WEBHOOK_URL: "http://localhost:9/hook" };
      const { stdout } = await runCommand(
        ["costs", ...DEVELOPMENT, "--policy", "limited", "--json", ...args],
        env,
      );
      return JSON.parse(stdout) as { usage: { rowsWritten: number; queueMessages: number } };
    };
    expect((await rows()).usage).toMatchObject({ rowsWritten: 24e6, queueMessages: 0 });
    expect((await rows("--events")).usage).toMatchObject({ queueMessages: 1e6 });
  });

  it("refuses what it cannot know", async () => {
    const noTime = writeLog([JSON.stringify({ event: "request", route: "/healthz" })]);
    const others = writeLog(["Ready on http://localhost:8787", "{", '{"event":"webhook-sent"}']);
    for (const [args, reason] of [
      [["--policy", "nothing"], 'no policy "nothing". It has photo, avatar'],
      [["--uploads", "many"], "Use a whole number"],
      [["--size", "0"], 'such as "3 MB"'],
      [["--log", join(folder, "missing")], "Cannot find the file"],
      [["--log", noTime], '--over "1 day"'],
      [["--log", others], "no line of a request in the log"],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- they share the output
      const { status, stderr } = await costs(...args);
      expect([status, stderr.includes(reason) ? reason : stderr]).toEqual([2, reason]);
    }
  });
});

const forecastSchema = z.object({
  watched: z.object({ seconds: z.number(), requests: z.number(), uploads: z.number() }),
  policies: z.array(
    z.object({
      policy: z.string(),
      uploads: z.number(),
      bytes: z.number(),
      usage: z.object({ workerRequests: z.number(), rowsWritten: z.number() }),
    }),
  ),
  dollars: z.number(),
});

describe("edge-presigner costs --log", () => {
  it("counts the real traffic of the development server by policy, and makes a month of it", async () => {
    const server = await startServer({ LOG_REQUESTS: "all" });
    const token = tokenFor("alice");
    for (const policy of ["limited", "limited", "limited", "photo"]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const ticket = await askForTicket(server, token, {
        policy,
        contentType: "image/png",
        size: 1000,
      });
      // oxlint-disable-next-line no-await-in-loop -- as above
      await put(ticket, new Uint8Array(1000));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
    }
    await call(server, "", "POST", "/v1/uploads", {});
    const lines = server.readLog();
    await server.close();
    const { stdout } = await costs("--log", writeLog(lines), "--over", "1 hour", "--json");
    const { watched, policies, dollars } = forecastSchema.parse(JSON.parse(stdout));
    expect(watched).toEqual({ seconds: 3600, requests: 9, uploads: 4 });
    const hours = 30 * 24;
    const limited = policies.find(({ policy }) => policy === "limited");
    expect(limited).toMatchObject({ uploads: 3 * hours, bytes: 3000 * hours });
    expect(limited?.usage).toEqual({ workerRequests: 6 * hours, rowsWritten: 60 * hours });
    expect(policies.find(({ policy }) => policy === "photo")?.uploads).toBe(hours);
    expect(policies.find(({ policy }) => policy === "")?.usage.workerRequests).toBe(hours);
    expect(dollars).toBe(5);
    const live = await runCommand(["costs", ...DEVELOPMENT, "--log", "-"], {}, lines.join("\n"));
    expect(live.stdout).toMatch(/Watched for .* seconds: 9 requests, 4 uploads/);
    expect(live.stdout).toContain("By chance alone uploads may be 98 % off.");
    expect(live.stdout).toMatch(/limited +quota +/);
  });

  it("takes the time of the lines of wrangler tail", async () => {
    const line = (minute: number, route: string) =>
      JSON.stringify({
        logs: [
          {
            timestamp: Date.UTC(2030, 0, 1, 0, minute),
            message: [
              JSON.stringify({ event: "request", route, policy: "video", granted: 1, bytes: 4e8 }),
            ],
          },
        ],
      });
    const log = writeLog([
      line(0, "/v1/uploads"),
      line(60, "/v1/uploads"),
      line(9, "/v1/downloads"),
    ]);
    const { stdout } = await costs("--log", log, "--json");
    const { watched, policies } = forecastSchema.parse(JSON.parse(stdout));
    expect(watched).toEqual({ seconds: 3600, requests: 3, uploads: 2 });
    expect(policies).toMatchObject([{ policy: "video", uploads: 2 * 720, bytes: 8e8 * 720 }]);
  });

  it("is multiplied by how few of the requests have a line", () => {
    const traffic = createTraffic(() => 0, "file");
    traffic.read(
      JSON.stringify({ event: "request", route: "/v1/uploads", policy: "*", granted: 5 }),
    );
    const month = toMonth(traffic.seen(), { seconds: 86_400, share: 0.1 });
    expect(month).toMatchObject({ requests: 1, uploads: 5, factor: 300 });
    expect(month.loads).toMatchObject([{ policy: "*", requests: 300, sizes: [{ uploads: 1500 }] }]);
  });
});
