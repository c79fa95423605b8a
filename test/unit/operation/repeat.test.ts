import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import {
  ask,
  complete,
  controlEnvironment,
  grant,
  moveClock,
  putObject,
  restoreEnvironment,
  rowsOf,
  type Granted,
} from "../support/development-worker.ts";
import { startFailingWorker } from "../support/failing-ledger.ts";
import { recordSql } from "../support/record-sql.ts";
import { CONFIG, ENV, startWorker, tokenFor } from "../support/start-worker.ts";

beforeEach(() => void controlEnvironment());
afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const KEY = { "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324" };
const PNG = { policy: "limited", contentType: "image/png", size: 1000 };

interface Ticket extends Granted {
  readonly url: string;
  readonly expiresIn: number;
  readonly expiresAt: string;
}

interface Asking {
  readonly body?: object;
  readonly user?: string;
  readonly claims?: object;
  readonly headers?: Record<string, string>;
}

const request = async ({ body = PNG, headers = KEY, ...others }: Asking = {}) =>
  ask("POST", "/v1/uploads", { body, headers, ...others });

async function create(asking?: Asking): Promise<Ticket> {
  const response = await request(asking);
  if (response.status !== 201) throw new Error(`No ticket: ${await response.text()}`);
  return response.json();
}

async function expectRefused(response: Response, status: number, code: string): Promise<object> {
  const body = await response.json<object>();
  expect([response.status, body]).toEqual([status, expect.objectContaining({ code })]);
  return body;
}

const countUploads = async () => (await rowsOf("SELECT 1 FROM upload")).length;

describe("a request with an Idempotency-Key, sent again", () => {
  it("reserves once, though ten arrive at once", async () => {
    const tickets = await Promise.all(Array.from({ length: 10 }, async () => create()));
    const [first] = tickets;
    for (const { id, key, quota } of tickets) {
      expect({ id, key }).toEqual({ id: first?.id, key: first?.key });
      expect(quota.pending).toEqual({ limit: 50, remaining: 49 });
      expect(quota.uploads.remaining).toBe(49);
      expect(quota.bytes.remaining).toBe(20_000_000 - 1000);
    }
    expect(await countUploads()).toBe(1);
  });

  it("is signed anew until the first ticket's end, and writes nothing", async () => {
    const first = await create();
    const { measure } = await recordSql();
    moveClock(100);
    let again = first;
    expect(await measure(async () => void (again = await create()))).toMatchObject({ written: 0 });
    expect(again).toMatchObject({ id: first.id, key: first.key, expiresAt: first.expiresAt });
    expect(again.expiresIn).toBe(first.expiresIn - 100);
    const query = (url: string) => new URL(url).searchParams;
    expect(query(again.url).get("X-Amz-Expires")).toBe(String(again.expiresIn));
    expect(query(again.url).get("X-Amz-Date")).toBe("20400101T000140Z");
    expect(query(again.url).get("X-Amz-Signature")).not.toBe(
      query(first.url).get("X-Amz-Signature"),
    );
  });

  it("gets its upload although the quota is used up since", async () => {
    const first = await create();
    for (let count = 1; count < 50; count += 1) await grant(1);
    await expectRefused(
      await request({ headers: { "idempotency-key": "other" } }),
      429,
      "quota-exceeded",
    );
    expect((await create()).id).toBe(first.id);
  });

  it("may have the key in quotes", async () => {
    const { id } = await create();
    const quoted = { "idempotency-key": `"${KEY["idempotency-key"]}"` };
    expect((await create({ headers: quoted })).id).toBe(id);
  });

  it("may name what it left to the policy, and have its fields in another order", async () => {
    const { id } = await create();
    const body = { size: 1000, multipart: false, contentType: "image/png", policy: "limited" };
    expect((await create({ body })).id).toBe(id);
  });

  it.for([
    ["size", { ...PNG, size: 1001 }],
    ["type", { ...PNG, contentType: "image/jpeg" }],
    ["name", { ...PNG, filename: "b.png" }],
    ["checksum", { ...PNG, checksum: { algorithm: "md5", value: "XUFAKrxLKna5cZ2REBfFkg==" } }],
  ] as const)("is refused with another %s, and reserves nothing", async ([, body]) => {
    await create();
    await expectRefused(await request({ body }), 422, "idempotency-key-reused");
    expect(await countUploads()).toBe(1);
    expect((await create()).quota.pending.remaining).toBe(49);
  });

  it("is refused under another policy with a quota", async () => {
    const { limited } = development.policies;
    const other = { ...limited, key: "other/{user}/{id}.{ext}" };
    const config = { ...development, policies: { ...development.policies, other } };
    const worker = startFailingWorker({ config });
    const post = async (policy: string) =>
      worker.ask("POST", "/v1/uploads", { ...PNG, policy }, KEY);
    expect((await post("limited")).status).toBe(201);
    await expectRefused(await post("other"), 422, "idempotency-key-reused");
  });

  it("gets another upload under a policy without a quota, which keeps no record", async () => {
    const body = { ...PNG, policy: "photo" };
    expect((await create({ body })).id).not.toBe((await create({ body })).id);
  });

  it("gets another upload without the header", async () => {
    expect((await create({ headers: {} })).id).not.toBe((await create({ headers: {} })).id);
    expect(await countUploads()).toBe(2);
  });

  it("gets an upload of one's own with another user's key", async () => {
    const { key } = await create();
    const other = await create({ user: "bob" });
    expect(other.key).not.toBe(key);
    expect(other.key).toMatch(/^limited\/bob\//);
  });

  it("gets nothing with a token that may not use its key", async () => {
    await create();
    const claims = { key: "limited/alice/other.png" };
    await expectRefused(await request({ claims }), 403, "key-outside-prefix");
  });
});

describe("a request whose answer was lost", () => {
  const post = async (worker: ReturnType<typeof startFailingWorker>) =>
    worker.ask("POST", "/v1/uploads", PNG, KEY);

  it("reserves nothing twice where the ledger had done its work", async () => {
    const worker = startFailingWorker();
    worker.failAt(0, "after");
    await expectRefused(await post(worker), 503, "ledger-unavailable");
    const answer = await post(worker);
    expect(answer.status).toBe(201);
    expect((await answer.json<Ticket>()).quota.pending.remaining).toBe(49);
    expect(await countUploads()).toBe(1);
    expect(worker.calls()).toBe(2);
  });

  it("is found by a ledger that has started anew", async () => {
    const worker = startFailingWorker();
    const first = await (await post(worker)).json<Ticket>();
    worker.failAt(0, "evicted");
    expect(await (await post(worker)).json()).toMatchObject({ id: first.id });
  });

  it("tells the hook onGranted once, and asks authorize each time", async () => {
    const heard: string[] = [];
    const work: Promise<unknown>[] = [];
    const worker = startFailingWorker({
      dependencies: { waitUntil: (one) => void work.push(one) },
      hooks: {
        authorize: () => {
          heard.push("authorize");
          return heard.length > 3 ? false : {};
        },
        onGranted: () => void heard.push("granted"),
      },
    });
    await post(worker);
    await Promise.all(work);
    expect((await post(worker)).status).toBe(201);
    await Promise.all(work);
    expect(heard).toEqual(["authorize", "granted", "authorize"]);
    heard.push("the app takes the right away");
    await expectRefused(await post(worker), 403, "forbidden");
  });
});

describe("a request whose upload has ended", () => {
  it("is told the id of the completed upload, whose receipt can be had again", async () => {
    const { id, key } = await create();
    await putObject(key, 1000);
    await complete(id);
    const problem = await expectRefused(await request(), 409, "already-completed");
    expect(problem).toMatchObject({ id });
    expect(await complete(id)).toMatchObject({ status: 200, body: { key, status: "completed" } });
  });

  it.for([
    ["was aborted", async ({ id }: Ticket) => ask("DELETE", `/v1/uploads/${id}`)],
    ["has expired", async () => Promise.resolve(moveClock(300))],
    [
      "was rejected",
      async ({ id, key }: Ticket) => {
        await putObject(key, 999);
        await complete(id);
      },
    ],
  ] as const)("is refused where it %s, and another key creates another", async ([, end]) => {
    const first = await create();
    await end(first);
    await expectRefused(await request(), 410, "upload-expired");
    const other = await create({ headers: { "idempotency-key": "other" } });
    expect(other.id).not.toBe(first.id);
  });
});

describe("a batch with an Idempotency-Key, sent again", () => {
  interface Result {
    readonly status: number;
    readonly upload?: Ticket;
    readonly problem?: { readonly code: string };
  }
  async function batch(uploads: readonly object[]): Promise<readonly Result[]> {
    const response = await ask("POST", "/v1/uploads/batch", { body: { uploads }, headers: KEY });
    return (await response.json<{ results: readonly Result[] }>()).results;
  }
  const idsOf = (results: readonly Result[]) => results.map(({ upload }) => upload?.id);

  it("gets the same uploads, each at its place", async () => {
    const first = await batch([PNG, PNG, { ...PNG, size: 5 }]);
    expect(new Set(idsOf(first)).size).toBe(3);
    expect(idsOf(await batch([PNG, PNG, { ...PNG, size: 5 }]))).toEqual(idsOf(first));
    expect(await countUploads()).toBe(3);
    expect((await create()).id).not.toBe(first[0]?.upload?.id);
  });

  it("tries again what was refused, and refuses what has changed", async () => {
    const first = await batch([
      PNG,
      { ...PNG, size: 10_000_001 },
      PNG,
      { ...PNG, policy: "photo" },
    ]);
    expect(first.map(({ status }) => status)).toEqual([201, 413, 201, 201]);
    const again = await batch([PNG, PNG, { ...PNG, size: 5 }]);
    expect(again.map(({ status }) => status)).toEqual([201, 201, 422]);
    expect(again[0]?.upload?.id).toBe(first[0]?.upload?.id);
    expect(again[2]?.problem?.code).toBe("idempotency-key-reused");
  });
});

describe("a request that is sent again from another region", () => {
  const KOREAN = { country: "KR", continent: "AS" };
  const FRENCH = { country: "FR", continent: "EU", isEUCountry: "1" };

  async function sendFrom(
    cf: Record<string, string>,
    worker: ReturnType<typeof startWorker>,
  ): Promise<Ticket> {
    const response = await worker.fetch("/v1/uploads", {
      method: "POST",
      headers: {
        ...KEY,
        authorization: `Bearer ${await tokenFor()}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        policy: "document",
        filename: "a.txt",
        contentType: "text/plain",
        size: 5,
      }),
      cf,
    });
    expect(response.status).toBe(201);
    return response.json();
  }

  it("gets its upload in the store where it was created", async () => {
    const document = { ...CONFIG.policies["document"], quota: {} };
    const config = { ...CONFIG, defaultPolicy: "document", policies: { document } };
    const worker = startWorker({ config, env: { ...ENV, LEDGER: env.LEDGER } });
    const first = await sendFrom(KOREAN, worker);
    const again = await sendFrom(FRENCH, worker);
    expect(again).toMatchObject({ id: first.id, key: first.key });
    const hostOf = (ticket: Ticket) => new URL(ticket.url).host;
    expect(hostOf(again)).toBe(hostOf(first));
    expect(hostOf(first)).toBe("acme-media.s3.ap-northeast-2.amazonaws.com");
  });
});
