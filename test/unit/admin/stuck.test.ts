import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DIRECTORY } from "../../../src/ledger/administer.ts";
import { askAsAdmin } from "../support/ask-as-admin.ts";
import {
  complete,
  controlEnvironment,
  grant,
  ledgerOf,
  moveClock,
  putObject,
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

async function admin(method: string, path: string): Promise<unknown> {
  const response = await askAsAdmin(worker, method, path);
  const text = await response.text();
  return text === "" ? response.status : JSON.parse(text);
}

const directory = () => env.LEDGER.getByName(DIRECTORY);

async function failWebhook(times: number): Promise<void> {
  environment.receiver = () => new Response(null, { status: 500 });
  const { id, key } = await grant();
  await putObject(key, 1000);
  await complete(id);
  for (let index = 0; index < times; index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    await runDurableObjectAlarm(ledgerOf());
    moveClock(3600);
  }
}

describe("GET /v1/admin/stuck", () => {
  it("lists a ledger whose webhook has failed four times, until it is accepted", async () => {
    await failWebhook(3);
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
    await runDurableObjectAlarm(ledgerOf());
    expect(await admin("GET", "/stuck")).toEqual({
      stuck: [
        {
          ledger: ledgerOf().id.toString(),
          kind: "webhook",
          issuer: "development",
          user: "alice",
          policy: "limited",
          attempts: 4,
          since: "2040-01-01T00:00:00Z",
          count: 1,
        },
      ],
    });
    environment.receiver = () => new Response(null, { status: 204 });
    moveClock(3600);
    await runDurableObjectAlarm(ledgerOf());
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
    expect(await rowsOf("SELECT * FROM stuck_report")).toEqual([]);
  });

  it("lists a ledger whose uploads cannot be settled", async () => {
    await grant();
    environment.store = () => new Response(null, { status: 503 });
    for (let index = 0; index < 4; index += 1) {
      moveClock(3600);
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      await runDurableObjectAlarm(ledgerOf());
    }
    expect(await admin("GET", "/stuck")).toMatchObject({
      stuck: [{ kind: "upload", user: "alice", policy: "limited", attempts: 4, count: 1 }],
    });
  });

  it("forgets a ledger whose user is deleted", async () => {
    await failWebhook(4);
    expect(await admin("GET", "/stuck")).toMatchObject({ stuck: [{ user: "alice" }] });
    expect(await admin("DELETE", "/users/alice")).toMatchObject({ done: true });
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
  });

  it("is never told of a healthy ledger, and has no tables then", async () => {
    const { id, key } = await grant();
    await putObject(key, 1000);
    await complete(id);
    moveClock(3600);
    await runDurableObjectAlarm(ledgerOf());
    expect(await admin("GET", "/stuck")).toEqual({ stuck: [] });
    expect(await rowsOf("SELECT name FROM sqlite_master WHERE name = 'stuck_report'")).toEqual([]);
  });

  it("is told again each hour, and not at each try", async () => {
    await failWebhook(4);
    const toldAt = async () => rowsOf("SELECT at_ms FROM stuck_report");
    const first = await toldAt();
    environment.receiver = () => new Response(null, { status: 500 });
    moveClock(-3000);
    const { id, key } = await grant();
    await putObject(key, 1000);
    await complete(id);
    await runDurableObjectAlarm(ledgerOf());
    expect(await toldAt()).toEqual(first);
  });

  it("goes on without the directory, and tells it later", async () => {
    await directory().addStuck({
      ledger: "another",
      work: {
        kind: "webhook",
        issuer: "development",
        user: "zoe",
        policy: "limited",
        attempts: 9,
        sinceMs: Date.now() - 1000,
        count: 1,
      },
    });
    await failWebhook(4);
    expect(await admin("GET", "/stuck")).toMatchObject({
      stuck: [{ user: "zoe" }, { user: "alice" }],
    });
    // A week after its last report a ledger has given up.
    moveClock(9 * 86_400);
    await directory().addStuck({
      ledger: "third",
      work: {
        kind: "upload",
        issuer: "development",
        user: "yan",
        policy: "limited",
        attempts: 4,
        sinceMs: Date.now(),
        count: 1,
      },
    });
    expect(await admin("GET", "/stuck")).toMatchObject({ stuck: [{ user: "yan" }] });
  });
});
