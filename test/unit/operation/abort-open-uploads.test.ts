import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ledgerName } from "../support/development-worker.ts";
import {
  REVOCABLE_CONFIG,
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

const FILM = { filename: "a.mp4", contentType: "video/mp4", size: 10_000_000 };
const RED = { claims: { team: "red" } };

async function create(worker: RevocableWorker, policy: string, asking: object = {}): Promise<void> {
  const body = { ...FILM, policy };
  const answer = await worker.ask("POST", "/v1/uploads", { body, ...asking });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
}

const openKeys = ({ store }: RevocableWorker) =>
  [...store.open.values()].map(({ key }) => key.split("/").slice(0, -1).join("/")).toSorted();

const revoke = async (worker: RevocableWorker, body: object = { user: "alice" }) =>
  (await worker.revoke(body)).body["multipartUploads"];

const NOTHING = { aborted: 0, failed: 0, hasMore: false, unchecked: [] };

describe("when one user is revoked", () => {
  it("the user's open multipart uploads are aborted under every policy, and nobody else's", async () => {
    const worker = startRevocable();
    await create(worker, "film");
    await create(worker, "metered");
    await create(worker, "team", RED);
    await create(worker, "team", { claims: { team: "blue/green" } });
    for (const policy of ["film", "metered", "team"])
      await create(worker, policy, { user: "bob", ...RED });
    await create(worker, "film", { user: "alice2" });
    expect(await revoke(worker)).toEqual({ ...NOTHING, aborted: 4 });
    expect(openKeys(worker)).toEqual(["films/alice2", "films/bob", "metered/bob", "teams/red/bob"]);
    expect(await revoke(worker)).toEqual(NOTHING);
  });

  it("their records are aborted too, also in the ledger of a team", async () => {
    const worker = startRevocable();
    await create(worker, "metered");
    await create(worker, "team", RED);
    await create(worker, "team", { user: "bob", ...RED });
    await revoke(worker);
    const statuses = async (name: string) => {
      const page = await env.LEDGER.getByName(name).list({});
      return page.uploads.map(({ claims, status }) => `${claims.sub} ${status}`).toSorted();
    };
    expect(await statuses(ledgerName(USERS, "alice"))).toEqual(["alice aborted"]);
    expect(await statuses(ledgerName(USERS, "team", "red"))).toEqual([
      "alice aborted",
      "bob pending",
    ]);
  });

  it("those are aborted whose files were to be checked first, where they are pending", async () => {
    const { photo, film, team } = REVOCABLE_CONFIG.policies;
    const worker = startRevocable({
      config: {
        ...REVOCABLE_CONFIG,
        policies: { photo, film: { ...film, quarantine: {} }, team: { ...team, quarantine: {} } },
      },
      env: { MEDIA_READ_ACCESS_KEY_ID: "AKIDREAD", MEDIA_READ_SECRET_ACCESS_KEY: "reading-key" },
    });
    for (const policy of ["film", "team"])
      for (const user of ["alice", "bob"]) await create(worker, policy, { user, ...RED });
    expect(openKeys(worker)).toContain("pending/teams/red/alice");
    expect(await revoke(worker)).toEqual({ ...NOTHING, aborted: 2 });
    expect(openKeys(worker)).toEqual(["pending/films/bob", "pending/teams/red/bob"]);
    const { uploads } = await env.LEDGER.getByName(ledgerName(USERS, "team", "red")).list({});
    expect(uploads.map(({ claims, status }) => `${claims.sub} ${status}`).toSorted()).toEqual([
      "alice aborted",
      "bob pending",
    ]);
  });

  it("every page of a ledger and of a store is read", async () => {
    const worker = startRevocable();
    for (let count = 0; count < 60; count += 1) await create(worker, "metered");
    for (let count = 0; count < 7; count += 1) await create(worker, "film");
    expect(await revoke(worker)).toEqual({ ...NOTHING, aborted: 67 });
    expect(openKeys(worker)).toEqual([]);
  });

  it("a hundred are aborted at once, and the same request again aborts the next ones", async () => {
    const worker = startRevocable();
    for (let count = 0; count < 103; count += 1) await create(worker, "film");
    await create(worker, "metered");
    expect(await revoke(worker)).toMatchObject({ aborted: 100, hasMore: true });
    expect(await revoke(worker)).toEqual({ ...NOTHING, aborted: 4 });
    expect(openKeys(worker)).toEqual([]);
  });

  it("only those are aborted that were created until then", async () => {
    const worker = startRevocable();
    for (const policy of ["film", "metered"]) await create(worker, policy);
    moveClock(60);
    const before = new Date(Date.now() - 30_000).toISOString();
    for (const policy of ["film", "metered"]) await create(worker, policy);
    expect(await revoke(worker, { user: "alice", before })).toEqual({ ...NOTHING, aborted: 2 });
    expect(openKeys(worker)).toEqual(["films/alice", "metered/alice"]);
  });

  it("the file that was completed before stays, and one PUT that is pending is left to its ticket", async () => {
    const worker = startRevocable();
    const body = { ...FILM, policy: "metered", multipart: false };
    const single = await worker.ask("POST", "/v1/uploads", { body });
    expect(single.status).toBe(201);
    expect(await revoke(worker)).toEqual(NOTHING);
    const { uploads } = await env.LEDGER.getByName(ledgerName(USERS, "alice")).list({});
    expect(uploads.map(({ status }) => status)).toEqual(["pending"]);
  });

  it("revokes although the store refuses, and says and logs what failed", async () => {
    const worker = startRevocable();
    await create(worker, "film");
    await create(worker, "film");
    const [first] = [...worker.store.open.values()];
    worker.store.stuck.add(first?.key ?? "");
    expect(await revoke(worker)).toEqual({ ...NOTHING, aborted: 1, failed: 1 });
    expect(worker.log.join("\n")).toContain("abort-failed");
    expect(await worker.ask("GET", "/v1/policies", { age: 1 })).toMatchObject({ status: 403 });
  });

  it.for([
    ["may not list", () => new Response(null, { status: 403 })],
    ["cannot list", () => new Response(null, { status: 501 })],
    ["fails", () => new Response(null, { status: 500 })],
    ["answers something else", () => new Response("<ListBucketResult></ListBucketResult>")],
    [
      "never ends",
      () =>
        new Response(
          "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>x</NextKeyMarker></ListMultipartUploadsResult>",
        ),
    ],
  ] as const)("the policies are named whose store %s", async ([, list]) => {
    const worker = startRevocable();
    await create(worker, "film");
    await create(worker, "metered");
    worker.store.list = list;
    const unchecked = ["photo", "film", "team"];
    expect(await revoke(worker)).toEqual({ ...NOTHING, aborted: 1, unchecked });
  });

  it("a policy is named whose keys have no user", async () => {
    const drop = {
      ...REVOCABLE_CONFIG.policies.film,
      key: "drop/{id}.{ext}",
      shared: true,
    };
    const { policies } = REVOCABLE_CONFIG;
    const worker = startRevocable({
      config: { ...REVOCABLE_CONFIG, policies: { ...policies, drop } },
    });
    await create(worker, "drop");
    expect(await revoke(worker)).toEqual({ ...NOTHING, unchecked: ["drop"] });
    expect(openKeys(worker)).toEqual(["drop"]);
  });

  it("a policy is named where too many uploads are open to look at all of them", async () => {
    const worker = startRevocable();
    for (let count = 0; count < 151; count += 1) {
      const key = `teams/a/u${String(count).padStart(3, "0")}/1.mp4`;
      worker.store.open.set(`upload-${count}`, { key, createdAtMs: START });
    }
    await create(worker, "film");
    expect(await revoke(worker)).toEqual({ ...NOTHING, aborted: 1, unchecked: ["team"] });
  });

  it("what another program has uploaded there under another form of key is left alone", async () => {
    const worker = startRevocable();
    const foreign = ["films/alice/sub/x.mp4", "films/alice/", "films/alicex/1.mp4"];
    for (const key of foreign) worker.store.open.set(key, { key, createdAtMs: START });
    expect(await revoke(worker)).toEqual(NOTHING);
    expect(worker.store.open.size).toBe(3);
  });
});

describe("when an issuer or everybody is revoked", () => {
  it("no upload is aborted, and no store is asked", async () => {
    const worker = startRevocable();
    await create(worker, "film");
    let asked = 0;
    worker.store.list = () => {
      asked += 1;
      return new Response(null, { status: 501 });
    };
    for (const body of [{ issuer: USERS }, { all: true }])
      expect(await revoke(worker, body)).toBeUndefined();
    expect(asked).toBe(0);
    expect(openKeys(worker)).toEqual(["films/alice"]);
  });
});
