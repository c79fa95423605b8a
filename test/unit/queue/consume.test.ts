import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import { r2 } from "../../../src/define.ts";
import { consumeEvents } from "../../../src/queue/consume.ts";
import {
  ask,
  complete,
  controlEnvironment,
  grant,
  isStored,
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

const eventOf = (key: string, action = "PutObject", fields: object = {}) => ({
  account: "3f4b7e3dcab231cbfdaa90a6a28bd548",
  action,
  bucket: "uploads",
  object: { key, size: 1, eTag: "not what the store has" },
  eventTime: "2040-01-01T00:00:00.000Z",
  ...fields,
});

/** What became of each message: `acknowledged`, or the seconds until it comes again. */
async function consume(
  bodies: readonly unknown[],
  attempts = 1,
): Promise<readonly ("acknowledged" | number | undefined)[]> {
  const outcomes: ("acknowledged" | number | undefined)[] = [];
  const messages = bodies.map((body, index) => ({
    body,
    attempts,
    ack: () => void (outcomes[index] = "acknowledged"),
    retry: (options?: { delaySeconds?: number }) => void (outcomes[index] = options?.delaySeconds),
  }));
  const log = (event: string, fields: object) =>
    void worker.log.push(JSON.stringify({ event, ...fields }));
  await consumeEvents({ messages }, worker.getService, log);
  return outcomes;
}

const statuses = async () =>
  (await rowsOf("SELECT status FROM upload ORDER BY created_ms, id")).map(({ status }) => status);
const typesOf = () =>
  environment.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const logged = (name: string) => worker.log.filter((line) => line.includes(`"${name}"`));

describe("an object that has arrived", () => {
  it("completes its upload without the client, which gets its receipt later", async () => {
    const { id, key } = await grant(10);
    await putObject(key, 10);
    expect(await consume([eventOf(key)])).toEqual(["acknowledged"]);
    expect(await statuses()).toEqual(["completed"]);
    await runDurableObjectAlarm(ledgerOf());
    expect(typesOf()).toEqual(["upload.completed"]);
    expect(await complete(id)).toMatchObject({ status: 200, body: { size: 10 } });
    await runDurableObjectAlarm(ledgerOf());
    expect(typesOf()).toEqual(["upload.completed"]);
    expect(worker.log).toEqual([]);
  });

  it("completes it once, though the event comes twice and beside complete", async () => {
    const { id, key } = await grant(10);
    await putObject(key, 10);
    const [outcomes, answer] = await Promise.all([
      consume([eventOf(key), eventOf(key), eventOf(key)]),
      complete(id),
    ]);
    expect(outcomes).toEqual(["acknowledged", "acknowledged", "acknowledged"]);
    expect(answer.status).toBe(200);
    const [window] = await rowsOf("SELECT used FROM window WHERE counter = 'bytes'");
    expect(window).toEqual({ used: 10 });
    await runDurableObjectAlarm(ledgerOf());
    expect(typesOf()).toEqual(["upload.completed"]);
  });

  it("that differs from its grant is rejected and removed", async () => {
    const { key } = await grant(10);
    await putObject(key, 11);
    expect(await consume([eventOf(key)])).toEqual(["acknowledged"]);
    expect(await statuses()).toEqual(["rejected"]);
    expect(await isStored(key)).toBe(false);
    expect(await consume([eventOf(key), eventOf(key, "DeleteObject")])).toHaveLength(2);
    expect(worker.log).toEqual([]);
  });

  it("is believed only as far as the store has it", async () => {
    const { key } = await grant(10);
    expect(await consume([eventOf(key)])).toEqual(["acknowledged"]);
    expect(await statuses()).toEqual(["pending"]);
    expect(logged("unexplained-object")).toEqual([]);
  });

  it("completes none under a key that the token names, as others may have stored it", async () => {
    const key = "limited/alice/same.png";
    const body = { policy: "limited", contentType: "image/png", size: 10 };
    expect((await ask("POST", "/v1/uploads", { claims: { key }, body })).status).toBe(201);
    await putObject(key, 10);
    expect(await consume([eventOf(key)])).toEqual(["acknowledged"]);
    expect(await statuses()).toEqual(["pending"]);
    expect(logged("unexplained-object")).toEqual([]);
  });

  it("completes an upload that had expired, and no aborted one", async () => {
    const late = await grant(10);
    moveClock(20 * 60);
    await runDurableObjectAlarm(ledgerOf());
    await putObject(late.key, 10);
    const aborted = await grant(10);
    await ask("DELETE", `/v1/uploads/${aborted.id}`);
    await putObject(aborted.key, 10);
    expect(await consume([eventOf(late.key), eventOf(aborted.key)])).toHaveLength(2);
    expect(await statuses()).toEqual(["completed", "aborted"]);
    expect(worker.log).toEqual([]);
  });
});

describe("an object under a policy that counts", () => {
  const create = async (policy: string, claims: object = {}) => {
    const body = { policy, contentType: "image/png", size: 10 };
    const response = await ask("POST", "/v1/uploads", { body, claims });
    return response.json<{ id: string; key: string }>();
  };

  it("what is stored is given back when somebody else has deleted it", async () => {
    const { key } = await create("plan");
    await putObject(key, 10);
    await consume([eventOf(key)]);
    const read = async () => rowsOf("SELECT objects, bytes FROM stored_usage");
    expect(await read()).toEqual([{ objects: 1, bytes: 10 }]);
    await consume([eventOf(key, "LifecycleDeletion")]);
    moveClock(21 * 60);
    await runDurableObjectAlarm(ledgerOf());
    // The event was wrong: the object is there.
    expect(await read()).toEqual([{ objects: 1, bytes: 10 }]);
    await env.LOCAL_BUCKET?.delete(key);
    await consume([eventOf(key, "DeleteObject"), eventOf(key, "DeleteObject")]);
    moveClock(60);
    await runDurableObjectAlarm(ledgerOf());
    expect(await read()).toEqual([{ objects: 0, bytes: 0 }]);
  });

  it("for a team is settled in the team's ledger", async () => {
    const claims = { team: "a/b" };
    const { id, key } = await create("team", claims);
    await putObject(key, 10);
    expect(await consume([eventOf(key)])).toEqual(["acknowledged"]);
    const found = await ask("GET", `/v1/uploads/${id}`, { claims });
    expect(await found.json()).toMatchObject({ status: "completed" });
    expect(worker.log).toEqual([]);
  });
});

describe("an object that no ticket explains", () => {
  it.for([
    ["of a user without uploads", "limited/mallory/x.png", "PutObject"],
    ["with a name in NFD under a prefix", "documents/alice/x/e\u0301.pdf", "PutObject"],
    ["above a prefix's users", "limited/x.png", "PutObject"],
    ["of a user whom no issuer has", "limited/q.-alice/x.png", "PutObject"],
  ] as const)("is logged: %s", async ([, key, action]) => {
    expect(await consume([eventOf(key, action)])).toEqual(["acknowledged"]);
    expect(logged("unexplained-object")).toHaveLength(1);
  });

  it("is logged where the parts of an upload for one PUT were completed", async () => {
    const { key } = await grant(10);
    await putObject(key, 10);
    await consume([eventOf(key, "CompleteMultipartUpload")]);
    expect(logged("unexplained-object")).toHaveLength(1);
    expect(await statuses()).toEqual(["pending"]);
  });

  it("is not under a policy without a ledger, in another bucket, or beside all prefixes", async () => {
    const bodies = [
      eventOf("photos/alice/x.png"),
      eventOf("limited/mallory/x.png", "PutObject", { bucket: "another" }),
      eventOf("backups/x"),
    ];
    expect(await consume(bodies)).toHaveLength(3);
    expect([worker.log, worker.calls()]).toEqual([[], 0]);
  });
});

describe("a copy", () => {
  it("into a prefix is logged with its source, and settles nothing", async () => {
    const { key } = await grant(10);
    await putObject(key, 10);
    const source = { bucket: "uploads", object: "photos/bob/\u202Egnp.png" };
    await consume([eventOf(key, "CopyObject", { copySource: source })]);
    const [line = "{}"] = logged("copy-in-prefix");
    expect(JSON.parse(line)).toEqual({
      event: "copy-in-prefix",
      bucket: "uploads",
      key,
      source: "uploads/photos/bob/%E2%80%AEgnp.png",
    });
    expect(await statuses()).toEqual(["pending"]);
  });

  it("in a bucket of the same name, of another account of R2, is nobody's business", async () => {
    const account = "0123456789abcdef0123456789abcdef";
    worker = startFailingWorker({
      config: {
        ...development,
        stores: { local: r2({ account, bucket: "uploads" }) },
      },
      secrets: {
        WEBHOOK_URL: "https://backend.example.com/hook",
        LOCAL_ACCESS_KEY_ID: "AKIDLOCAL",
        LOCAL_SECRET_ACCESS_KEY: "local-secret-key",
        LOCAL_READ_ACCESS_KEY_ID: "AKIDLOCALREAD",
        LOCAL_READ_SECRET_ACCESS_KEY: "local-read-secret-key",
      },
    });
    const copy = eventOf("photos/alice/1.png", "CopyObject");
    await consume([copy]);
    expect(logged("copy-in-prefix")).toEqual([]);
    await consume([{ ...copy, account }]);
    expect(logged("copy-in-prefix")).toHaveLength(1);
  });

  it("to another place is nobody's business", async () => {
    await consume([eventOf("backups/x", "CopyObject")]);
    expect(worker.log).toEqual([]);
  });
});

describe("a message", () => {
  it("that is none is logged without its text, and does not come again", async () => {
    expect(await consume(["<script>", { action: "PutObject" }])).toEqual([
      "acknowledged",
      "acknowledged",
    ]);
    expect(worker.log).toEqual([
      '{"event":"event-refused","errors":["body"]}',
      '{"event":"event-refused","errors":["account","bucket","object"]}',
    ]);
  });

  it.for([
    ["of a user of any length", `limited/${"a".repeat(900)}/x.png`],
    ["that names a method", "limited/__proto__/constructor.png"],
    ["that leaves its folder", "limited/../limited/alice/x.png"],
    ["with an encoded slash", "limited/alice.2f/x.png"],
    ["with SQL", "limited/alice/x' OR 1=1 --.png"],
  ] as const)("with a key %s settles nothing", async ([, key]) => {
    const { key: own } = await grant(10);
    await putObject(own, 10);
    expect(await consume([eventOf(key)])).toEqual(["acknowledged"]);
    expect(await statuses()).toEqual(["pending"]);
  });

  it("comes again later, and alone, while the store does not answer", async () => {
    const { key } = await grant(10);
    await putObject(key, 10);
    environment.store = () => new Response(null, { status: 503 });
    const bodies = [eventOf(key), eventOf("backups/x")];
    expect(await consume(bodies)).toEqual([10, "acknowledged"]);
    expect(await consume(bodies, 4)).toEqual([80, "acknowledged"]);
    expect(await consume(bodies, 50)).toEqual([600, "acknowledged"]);
    environment.store = undefined;
    expect(await consume(bodies, 51)).toEqual(["acknowledged", "acknowledged"]);
    expect(await statuses()).toEqual(["completed"]);
  });

  it.for([
    [0, "before"],
    [0, "after"],
    [1, "before"],
    [1, "after"],
  ] as const)("comes again if call %i of the ledger fails, %s", async ([call, fault]) => {
    const { key } = await grant(10);
    await putObject(key, 10);
    worker.failAt(call, fault);
    expect(await consume([eventOf(key)])).toEqual([10]);
    expect(await consume([eventOf(key)], 2)).toEqual(["acknowledged"]);
    expect(await statuses()).toEqual(["completed"]);
    await runDurableObjectAlarm(ledgerOf());
    expect(typesOf()).toEqual(["upload.completed"]);
  });

  it("waits where five others are being handled", async () => {
    const keys = await Promise.all(Array.from({ length: 12 }, async () => (await grant(10)).key));
    for (const key of keys) await putObject(key, 10);
    let open = 0;
    let most = 0;
    environment.beforeAnswer = async () => {
      most = Math.max(most, (open += 1));
      await scheduler.wait(1);
      open -= 1;
    };
    await consume(keys.map((key) => eventOf(key)));
    expect(await statuses()).toEqual(Array(12).fill("completed"));
    expect(most).toBe(5);
  });

  it("beyond a hundred of a batch comes again at once", async () => {
    const bodies = Array.from({ length: 102 }, () => eventOf("backups/x"));
    const outcomes = await consume(bodies);
    expect(outcomes.slice(0, 100).every((outcome) => outcome === "acknowledged")).toBe(true);
    expect(outcomes.slice(100)).toEqual([undefined, undefined]);
  });
});
