import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SESSION_ISSUER } from "../../../src/config/session-issuer.ts";
import { callCreateUpload, callListPolicies } from "../../../src/rpc/calls.ts";
import { ADMIN_ISSUER } from "../support/admin.ts";
import {
  REVOCABLE_CONFIG,
  START,
  USERS,
  moveClock,
  startRevocable,
  type Answer,
  type RevocableWorker,
} from "../support/revocable.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: START }));
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
const FILM = { policy: "film", filename: "a.mp4", contentType: "video/mp4", size: 10_000_000 };
const METERED = { ...FILM, policy: "metered" };

const isRevoked = ({ status, body }: Answer) => status === 403 && body["code"] === "revoked";

/** What any token may ask for, without an id. */
const ROUTES = [
  ["GET", "/v1/policies"],
  ["GET", "/v1/uploads"],
  ["GET", "/v1/none"],
  ["POST", "/v1/uploads", PNG],
  ["POST", "/v1/uploads/batch", { uploads: [PNG] }],
  ["POST", "/v1/uploads/batch/complete", { ids: ["x"] }],
  ["POST", "/v1/downloads", { policy: "photo", key: "photos/alice/x.png" }],
  ["DELETE", "/v1/objects", { policy: "photo", key: "photos/alice/x.png" }],
  ["POST", "/v1/credentials", { policy: "sync" }],
  ["GET", "/presigned-url?fileName=a.png&fileType=image/png&fileSize=5"],
  ["GET", "/s3/params?filename=a.png&type=image/png&metadata[size]=5"],
  ["POST", "/s3/presign", { method: "PUT", key: "a.png", contentType: "image/png" }],
  ["POST", "/s3/multipart", { filename: "a.mp4", type: "video/mp4", metadata: {} }],
  ["GET", "/uppy/TOKEN/s3/params?filename=a.png&type=image/png&metadata[size]=5"],
] as const;

interface Id {
  readonly id: string;
  readonly key: string;
}

/** Every route with an id. */
function routesOf({ id, key }: Id): readonly (readonly [string, string, object?])[] {
  const query = `?key=${encodeURIComponent(key)}`;
  return [
    ["GET", `/v1/uploads/${id}`],
    ["GET", `/v1/uploads/${id}/parts`],
    ["POST", `/v1/uploads/${id}/parts`, { partNumbers: [1] }],
    ["POST", `/v1/uploads/${id}/complete`],
    ["GET", `/s3/multipart/${id}${query}`],
    ["GET", `/s3/multipart/${id}/1${query}`],
    ["GET", `/s3/multipart/${id}/batch${query}&partNumbers=1`],
    ["POST", `/s3/multipart/${id}/complete${query}`, { parts: [{ PartNumber: 1, ETag: "e" }] }],
    ["DELETE", `/s3/multipart/${id}${query}`],
    ["GET", `/s3/uploads/${id}${query}`],
    ["POST", `/s3/uploads/${id}${query}&uploads`],
    ["DELETE", `/s3/uploads/${id}${query}`],
    ["POST", "/s3/presign", { method: "PUT", key, uploadId: id, partNumber: 1 }],
    ["GET", `/uppy/TOKEN/s3/multipart/${id}${query}`],
    ["DELETE", `/v1/uploads/${id}`],
  ];
}

async function create(worker: RevocableWorker, body: object, asking = {}): Promise<Id> {
  const answer = await worker.ask("POST", "/v1/uploads", { body, ...asking });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return { id: String(answer.body["id"]), key: String(answer.body["key"]) };
}

describe("a token that was issued before its user was revoked", () => {
  it.for(ROUTES)("is refused by %s %s", async ([method, path, body]) => {
    const worker = startRevocable();
    const before = await worker.ask(method, path, { age: 10, body });
    expect(isRevoked(before)).toBe(false);
    expect((await worker.revoke({ user: "alice" })).status).toBe(201);
    expect(isRevoked(await worker.ask(method, path, { age: 10, body }))).toBe(true);
    expect(isRevoked(await worker.ask(method, path, { age: 10, body, user: "bob" }))).toBe(false);
    moveClock(1);
    expect(isRevoked(await worker.ask(method, path, { body }))).toBe(false);
  });

  it("is refused without an `iat` too, and only that user's", async () => {
    const worker = startRevocable();
    const claims = { iat: undefined };
    await worker.revoke({ user: "alice", issuer: USERS });
    moveClock(3600);
    expect(isRevoked(await worker.ask("GET", "/v1/policies", { claims }))).toBe(true);
    const bob = { claims, user: "bob" };
    expect(await worker.ask("GET", "/v1/policies", bob)).toMatchObject({ status: 200 });
  });

  it("is refused by a service binding, whose app says when it was issued", async () => {
    const worker = startRevocable();
    const service = worker.worker.getService();
    const props = { issuer: USERS, policies: ["photo"], actions: ["upload"] };
    const { policy, contentType, size } = PNG;
    const iat = START / 1000;
    const call = { user: "alice", policy, contentType, size, claims: { iat } };
    expect(await callCreateUpload(service, props, call)).toHaveProperty("id");
    await worker.revoke({ user: "alice" });
    for (const claims of [{ iat }, {}]) {
      const calls = [
        callCreateUpload(service, props, { ...call, claims }),
        callListPolicies(service, props, { user: "alice", claims }),
      ];
      for (const one of calls) await expect(one).rejects.toMatchObject({ code: "revoked" });
    }
    moveClock(1);
    const claims = { iat: iat + 1 };
    expect(await callCreateUpload(service, props, { ...call, claims })).toHaveProperty("id");
  });

  it("is refused as a session, whose app says when it began", async () => {
    let claims: object = { iat: START / 1000 };
    const [issuer] = REVOCABLE_CONFIG.issuers;
    const config = {
      ...REVOCABLE_CONFIG,
      issuers: [{ ...issuer, userPrefix: "a" }, ADMIN_ISSUER],
    };
    const hooks = { authenticate: () => ({ user: "alice", claims: { ...claims } }) };
    const worker = startRevocable({ config, hooks });
    const asSession = async () =>
      (await worker.fetch("/v1/policies", { headers: { origin: "https://app.example.com" } }))
        .status;
    expect(await asSession()).toBe(200);
    expect(await worker.revoke({ user: "alice" })).toMatchObject({ status: 422 });
    await worker.revoke({ user: "alice", issuer: SESSION_ISSUER });
    expect(await asSession()).toBe(403);
    moveClock(1);
    expect(await asSession()).toBe(403);
    claims = { iat: START / 1000 + 1 };
    expect(await asSession()).toBe(200);
  });

  it("gets an answer that another isolate gives within a minute", async () => {
    const [here, there] = [startRevocable(), startRevocable()];
    const asking = { age: 10 };
    expect(await there.ask("GET", "/v1/policies", asking)).toMatchObject({ status: 200 });
    await here.revoke({ user: "alice" });
    expect(await there.ask("GET", "/v1/policies", asking)).toMatchObject({ status: 200 });
    moveClock(60);
    expect(isRevoked(await there.ask("GET", "/v1/policies", { age: 70 }))).toBe(true);
  });
});

describe("an id of an upload that was granted before its user was revoked", () => {
  it.for([
    ["without a ledger", FILM],
    ["with a ledger", METERED],
    ["of one PUT", PNG],
  ] as const)("is refused by every route, %s, with a new token too", async ([, body]) => {
    const worker = startRevocable();
    const upload = await create(worker, body);
    const bobs = await create(worker, body, { user: "bob" });
    await worker.revoke({ user: "alice" });
    moveClock(1);
    for (const [method, path, sent] of routesOf(upload)) {
      const answer = await worker.ask(method, path, { body: sent });
      expect({ method, path, code: answer.body["code"] }).toEqual({
        method,
        path,
        code: "revoked",
      });
    }
    const batch = { body: { ids: [upload.id] } };
    const { body: completed } = await worker.ask("POST", "/v1/uploads/batch/complete", batch);
    expect(completed["results"]).toEqual([
      { status: 403, problem: expect.objectContaining({ code: "revoked" }) as object },
    ]);
    for (const [method, path, sent] of routesOf(bobs))
      expect(isRevoked(await worker.ask(method, path, { body: sent, user: "bob" }))).toBe(false);
    const fresh = await create(worker, body);
    for (const [method, path, sent] of routesOf(fresh))
      expect(isRevoked(await worker.ask(method, path, { body: sent }))).toBe(false);
  });

  it("is not given again for its Idempotency-Key, pending or completed", async () => {
    const worker = startRevocable();
    const asking = { body: METERED, headers: { "idempotency-key": "k" } };
    const batch = { body: { uploads: [METERED] }, headers: { "idempotency-key": "b" } };
    const first = await worker.ask("POST", "/v1/uploads", asking);
    expect(first.status).toBe(201);
    expect(await worker.ask("POST", "/v1/uploads", asking)).toMatchObject({
      status: 201,
      body: { id: first.body["id"] },
    });
    await worker.ask("POST", "/v1/uploads/batch", batch);
    await worker.revoke({ user: "alice" });
    moveClock(1);
    expect(isRevoked(await worker.ask("POST", "/v1/uploads", asking))).toBe(true);
    const { body } = await worker.ask("POST", "/v1/uploads/batch", batch);
    expect(body["results"]).toEqual([
      { status: 403, problem: expect.objectContaining({ code: "revoked" }) as object },
    ]);
    const other = { ...asking, headers: { "idempotency-key": "other" } };
    expect(await worker.ask("POST", "/v1/uploads", other)).toMatchObject({ status: 201 });
  });

  it("says nothing to another user", async () => {
    const worker = startRevocable();
    const { id } = await create(worker, FILM);
    await worker.revoke({ user: "alice" });
    moveClock(1);
    const path = `/v1/uploads/${id}/parts`;
    expect(await worker.ask("GET", path, { user: "bob" })).toMatchObject({
      status: 404,
      body: { code: "upload-not-found" },
    });
  });
});

describe("POST /v1/admin/revocations", () => {
  const policies = async (worker: RevocableWorker, asking = {}) =>
    (await worker.ask("GET", "/v1/policies", asking)).status;

  it("revokes an issuer, and everybody", async () => {
    for (const body of [{ issuer: USERS }, { all: true }]) {
      const worker = startRevocable();
      expect(await worker.revoke(body)).toMatchObject({ status: 201, body });
      expect(await policies(worker, { age: 1 })).toBe(403);
      expect(await policies(worker, { age: 1, user: "bob" })).toBe(403);
      moveClock(1);
      expect(await policies(worker)).toBe(200);
      moveClock(-1);
      await reset();
    }
  });

  it("revokes until a moment in the past, and blocks until one in the future", async () => {
    const worker = startRevocable();
    const at = (ms: number) => new Date(ms).toISOString();
    const past = await worker.revoke({ user: "alice", before: at(START - 60_000) });
    expect(past.body).toMatchObject({ before: at(START - 60_000) });
    expect(await policies(worker, { age: 60 })).toBe(403);
    expect(await policies(worker, { age: 59 })).toBe(200);
    await worker.revoke({ user: "alice", before: at(START + 3600_000) });
    moveClock(3600);
    expect(await policies(worker)).toBe(403);
    moveClock(1);
    expect(await policies(worker)).toBe(200);
  });

  it("ends a block with another revocation, and keeps what was refused", async () => {
    const worker = startRevocable();
    await worker.revoke({ all: true, before: "2050-01-01T00:00:00+09:00" });
    expect(await policies(worker)).toBe(403);
    const before = new Date(START).toISOString();
    expect((await worker.revoke({ all: true, before: "2039-12-31T23:00:00Z" })).body).toMatchObject(
      { before },
    );
    expect(await policies(worker)).toBe(403);
    moveClock(1);
    expect(await policies(worker)).toBe(200);
  });

  it("does not stop admins", async () => {
    const worker = startRevocable();
    await worker.revoke({ all: true });
    expect(await worker.revoke({ all: true })).toMatchObject({ status: 201 });
  });

  it("says when it is effective everywhere, and what lives on until when", async () => {
    const worker = startRevocable();
    const { body } = await worker.revoke({ user: "alice" });
    expect(body).toMatchObject({
      user: "alice",
      issuer: USERS,
      before: "2040-01-01T00:00:00.000Z",
      effectiveAt: "2040-01-01T00:01:00.000Z",
      live: [
        { kind: "urls", store: "media", until: "2040-01-01T00:11:00.000Z" },
        { kind: "credentials", store: "jobs", until: "2040-01-01T01:01:00.000Z" },
      ],
    });
    expect(body["advice"]).toContain("rotate the keys of the store");
  });

  it.for([
    ["nothing", {}, ""],
    ["an unknown field", { user: "alice", usr: "x" }, "/usr"],
    ["everything and a user", { all: true, user: "alice" }, "/all"],
    ["everything and an issuer", { all: true, issuer: USERS }, "/all"],
    ["not everything", { all: false }, "/all"],
    ["an empty user", { user: "" }, "/user"],
    ["a user that is no text", { user: 7 }, "/user"],
    ["a user too long", { user: "é".repeat(128) }, "/user"],
    ["half a character", { user: "\ud800" }, "/user"],
    ["an unknown issuer", { user: "alice", issuer: "https://evil.example" }, "/issuer"],
    ["the name of a class", { issuer: "constructor" }, "/issuer"],
    ["a time without a zone", { user: "alice", before: "2040-01-01T00:00:00" }, "/before"],
    ["a number", { user: "alice", before: START }, "/before"],
    ["a day that is none", { user: "alice", before: "2039-02-30T00:00:00Z" }, "/before"],
    ["what is refused anyway", { all: true, before: "2039-01-01T00:00:00Z" }, "/before"],
  ] as const)("refuses %s", async ([, body, pointer]) => {
    const worker = startRevocable();
    const refused = await worker.revoke(body);
    expect(refused).toMatchObject({ status: 422, body: { code: "invalid-request" } });
    expect(refused.body["errors"]).toMatchObject([{ pointer }]);
    expect(await policies(worker, { age: 10 })).toBe(200);
  });

  it("refuses a request without a body, as one that names nobody", async () => {
    const worker = startRevocable();
    const { adminToken } = await import("../support/admin.ts");
    const seconds = START / 1000;
    const authorization = `Bearer ${await adminToken({ iat: seconds, exp: seconds + 60 })}`;
    const response = await worker.fetch("/v1/admin/revocations", {
      method: "POST",
      headers: { authorization },
    });
    expect(response.status).toBe(422);
    const text = { "content-type": "text/plain", authorization };
    const other = await worker.fetch("/v1/admin/revocations", {
      method: "POST",
      headers: text,
      body: "all",
    });
    expect(other.status).toBe(400);
  });

  it("needs the issuer only where there are several", async () => {
    const [users] = REVOCABLE_CONFIG.issuers;
    const second = {
      ...users,
      issuer: ["https://second.example.com", "second"],
      userPrefix: "b",
    };
    const worker = startRevocable({
      config: { ...REVOCABLE_CONFIG, issuers: [users, second, ADMIN_ISSUER] },
    });
    const refused = await worker.revoke({ user: "alice" });
    expect(refused.body["errors"]).toEqual([
      {
        pointer: "/issuer",
        detail: `is required, and must be one of ${USERS}, https://second.example.com`,
      },
    ]);
    expect((await worker.revoke({ user: "alice", issuer: "second" })).body).toMatchObject({
      issuer: "https://second.example.com",
    });
    const claims = { iss: "second" };
    expect(await policies(worker, { age: 1, claims })).toBe(403);
    expect(await policies(worker, { age: 1 })).toBe(200);
  });

  it("says so where revocations are off, and revokes nothing", async () => {
    const worker = startRevocable({ config: { ...REVOCABLE_CONFIG, revocations: false } });
    const refused = await worker.revoke({ all: true });
    expect(refused).toMatchObject({ status: 503, body: { code: "misconfigured" } });
    expect(refused.body["detail"]).toContain("set revocations: true");
    expect(await policies(worker, { age: 10 })).toBe(200);
    expect(
      (await env.LEDGER.getByName("revocations").readRevocations(undefined)).revocations,
    ).toEqual([]);
  });

  it("is answered 503 where the ledger fails, and says that nothing is known", async () => {
    const LEDGER = {
      getByName: () => ({
        readRevocations: async () => Promise.resolve({ version: "0", revocations: [] }),
        revoke: async () => Promise.reject(new Error("The ledger is down")),
      }),
    };
    const worker = startRevocable({ env: { LEDGER } });
    expect(await worker.revoke({ all: true })).toMatchObject({
      status: 503,
      body: { code: "ledger-unavailable" },
    });
  });

  it("is answered 429 where there is no room", async () => {
    const LEDGER = {
      getByName: () => ({ revoke: async () => Promise.resolve({ isFull: true }) }),
    };
    const refused = await startRevocable({ env: { LEDGER } }).revoke({ user: "alice" });
    expect(refused).toMatchObject({
      status: 429,
      body: { code: "quota-exceeded", limit: 10_000 },
    });
    expect(refused.body["detail"]).toContain("Revoke the issuer, or all");
  });

  it("logs neither the user nor the token", async () => {
    const worker = startRevocable();
    await worker.revoke({ user: "somebody-secret" });
    expect(worker.log.join("\n")).toContain("/v1/admin/revocations");
    expect(worker.log.join("\n")).not.toMatch(/somebody-secret|eyJ/);
  });
});

describe("where revocations are off", () => {
  /** The turns of the microtask queue between the two counts of a request, whose token is known. */
  async function turnsBetweenCounts(config: object): Promise<number> {
    let turn = 0;
    let countedAt: number[] = [];
    const binding = {
      limit: () => {
        countedAt.push(turn);
        return Promise.resolve({ success: true });
      },
    };
    const worker = startRevocable({
      config,
      env: { RATE_LIMIT_ADDRESS: binding, RATE_LIMIT_CALLER: binding },
    });
    const request = async () => worker.ask("GET", "/v1/policies");
    await request();
    countedAt = [];
    const count = async () => {
      while (countedAt.length < 2) {
        // A task of its own after a while, so that what waits for I/O goes on.
        if (turn % 1000 === 999) await new Promise((resolve) => void setTimeout(resolve, 0));
        await Promise.resolve();
        turn += 1;
      }
    };
    await Promise.all([request(), count()]);
    const [address = 0, caller = 0] = countedAt;
    return caller - address;
  }

  it("no request waits for more than before, nor where they are on and known", async () => {
    const [photo] = [{ photo: REVOCABLE_CONFIG.policies.photo }];
    const off = await turnsBetweenCounts({
      ...REVOCABLE_CONFIG,
      policies: photo,
      revocations: false,
    });
    const on = await turnsBetweenCounts({ ...REVOCABLE_CONFIG, policies: photo });
    expect([off, on]).toEqual([4, 4]);
  });

  it("no ledger is asked, and where they are on, one for ten seconds of requests", async () => {
    const asked: string[] = [];
    const LEDGER = {
      getByName: (name: string) => {
        asked.push(name);
        return env.LEDGER.getByName(name);
      },
    };
    const off = startRevocable({
      config: { ...REVOCABLE_CONFIG, revocations: false },
      env: { LEDGER },
    });
    for (let count = 0; count < 5; count += 1) await off.ask("POST", "/v1/uploads", { body: PNG });
    expect(asked).toEqual([]);
    expect(off.worker.getService().revocations).toBeUndefined();
    const on = startRevocable({ env: { LEDGER } });
    for (let count = 0; count < 5; count += 1) await on.ask("POST", "/v1/uploads", { body: PNG });
    expect(asked).toEqual(["revocations"]);
  });
});
