import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import development from "../../../dev/presigner.config.ts";
import { askAsAdmin } from "../support/ask-as-admin.ts";
import { ledgerOf, moveClock, putObject, rowsOf } from "../support/development-worker.ts";
import { startForEach } from "../support/start-for-each.ts";

const each = startForEach({
  config: { ...development, webhook: { url: "http://localhost:9999/hook" } },
});

async function admin(method: string, path: string, body?: object) {
  const response = await askAsAdmin(each.worker, method, path, body);
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
}

const upload = async (policy = "limited", size = 1000) => each.upload(policy, size);
const stored = async (policy = "limited", size = 1000) => each.stored(policy, size);

describe("GET /v1/admin/users/{user}/uploads", () => {
  it("lists all uploads of the user, newest first, with the webhooks that wait", async () => {
    each.environment.receiver = () => new Response(null, { status: 500 });
    const done = await stored();
    moveClock(1);
    const open = await upload();
    const { status, body } = await admin("GET", "/users/alice/uploads");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      uploads: [
        { id: open.id, status: "pending", user: "alice", issuer: "development", store: "local" },
        { id: done.id, status: "completed", key: done.key, size: 1000 },
      ],
      outbox: [{ attempts: 0 }],
      unreached: [{ policy: "team", claim: "team" }],
    });
  });

  it("selects a status, and reads the quota of a team whose claim is named", async () => {
    const done = await stored();
    await upload();
    const completed = await admin("GET", "/users/alice/uploads?status=completed");
    expect(completed.body).toMatchObject({ uploads: [{ id: done.id }] });
    const team = await admin("GET", "/users/alice/uploads?claim.team=red");
    expect(team.body).toMatchObject({ unreached: [] });
  });

  it("creates no ledger for a user whom nobody knows", async () => {
    const { body } = await admin("GET", "/users/nobody/uploads");
    expect(body).toMatchObject({ uploads: [], outbox: [] });
    expect(await rowsOf("SELECT name FROM sqlite_master", "nobody")).toEqual([]);
  });

  it.each([
    ["/users/alice/uploads?issuer=https://other.example", "/issuer"],
    ["/users/alice/uploads?cursor=1", "/cursor"],
    ["/users/alice/uploads?status=lost", "/status"],
    ["/users/alice/uploads?team=red", "/team"],
  ])("refuses %s, and names what to change", async (path, pointer) => {
    const { status, body } = await admin("GET", path);
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: "invalid-request", errors: [{ pointer }] });
  });
});

const usageSchema = z.object({
  policies: z.array(z.object({ policy: z.string(), used: z.record(z.string(), z.number()) })),
});
async function usedOf(policy: string) {
  const { body } = await admin("GET", "/users/alice/quota");
  return usageSchema.parse(body).policies.find((one) => one.policy === policy)?.used;
}

describe("the quota of a user", () => {
  it("shows what is used of each limit, with uploads in progress", async () => {
    await stored("plan", 1000);
    await upload("plan", 500);
    expect(await usedOf("plan")).toEqual({ objects: 1, stored: 1000, pending: 1, reserved: 500 });
  });

  it("is corrected to the given amounts, which the next upload sees", async () => {
    await stored("plan", 1000);
    const { status, body } = await admin("PATCH", "/users/alice/quota", {
      policy: "plan",
      used: { objects: 20, stored: 5000 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      before: { used: { objects: 1, stored: 1000 } },
      after: { used: { objects: 20, stored: 5000 }, remaining: { objects: { remaining: 0 } } },
    });
    const refused = await each.worker.ask("POST", "/v1/uploads", {
      policy: "plan",
      contentType: "image/png",
      size: 10,
    });
    expect(refused.status).toBe(429);
    await admin("PATCH", "/users/alice/quota", {
      policy: "plan",
      used: { objects: 1, stored: 1000 },
    });
    expect(await usedOf("plan")).toMatchObject({ objects: 1, stored: 1000 });
    expect(await rowsOf("SELECT * FROM stored")).toHaveLength(1);
  });

  it("changes nothing if it is not what the admin has read", async () => {
    await stored("plan", 1000);
    const { status, body } = await admin("PATCH", "/users/alice/quota", {
      policy: "plan",
      used: { objects: 0, stored: 0 },
      expected: { objects: 0 },
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: "/expected" }] });
    expect(await usedOf("plan")).toMatchObject({ objects: 1, stored: 1000 });
  });

  it("starts anew after a reset, but for what is in progress", async () => {
    await stored("limited", 1000);
    await upload("limited", 500);
    expect(await usedOf("limited")).toMatchObject({ uploads: 2, bytes: 1000, reserved: 500 });
    const { status } = await admin("PATCH", "/users/alice/quota", {
      policy: "limited",
      reset: true,
    });
    expect(status).toBe(200);
    expect(await usedOf("limited")).toMatchObject({
      uploads: 0,
      bytes: 0,
      pending: 1,
      reserved: 500,
    });
  });

  it.each([
    [{ policy: "limited", used: { stored: 1 } }, "/used/stored"],
    [{ policy: "limited", used: {} }, "/used"],
    [{ policy: "limited", used: { bytes: 1 }, reset: true }, "/used"],
    [{ policy: "limited", used: { bytes: -1 } }, "/used/bytes"],
    [{ policy: "team", used: { bytes: 1 } }, "/claim.team"],
  ])("refuses %o", async (body, pointer) => {
    const answer = await admin("PATCH", "/users/alice/quota", body);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
  });

  it("of a policy without one is not found", async () => {
    const { status } = await admin("PATCH", "/users/alice/quota", { policy: "photo", reset: true });
    expect(status).toBe(404);
  });
});

const outboxSchema = z.object({ outbox: z.array(z.object({ message: z.string() })) });

describe("a webhook that waits", () => {
  it("is sent again at once, for its own user alone", async () => {
    each.environment.receiver = () => new Response(null, { status: 500 });
    await stored();
    await runDurableObjectAlarm(ledgerOf());
    const { outbox } = outboxSchema.parse((await admin("GET", "/users/alice/uploads")).body);
    const message = outbox[0]?.message ?? "";
    expect((await admin("POST", `/users/bob/outbox/${message}/retry`)).status).toBe(404);
    each.environment.receiver = () => new Response(null, { status: 204 });
    const before = each.environment.delivered.length;
    expect((await admin("POST", `/users/alice/outbox/${message}/retry`)).status).toBe(202);
    await runDurableObjectAlarm(ledgerOf());
    expect(each.environment.delivered.length).toBe(before + 1);
    expect((await admin("POST", `/users/alice/outbox/${message}/retry`)).status).toBe(404);
  });
});

describe("GET /v1/admin/uploads", () => {
  it("says whose a key is, with its upload and what the store has", async () => {
    const { id, key } = await stored();
    const { status, body } = await admin("GET", `/uploads?key=${encodeURIComponent(key)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      key,
      candidates: [{ policy: "limited", user: "alice", uploads: [{ id, status: "completed" }] }],
      unattributed: [],
      objects: [{ store: "local", bucket: "uploads", size: 1000, contentType: "image/png" }],
    });
  });

  it("finds the upload of a file that is pending in quarantine, by both of its keys", async () => {
    const { id, key } = await upload("checked");
    const pendingKey = `pending/${key}`;
    await putObject(pendingKey, 1000);
    const candidates = [{ policy: "checked", user: "alice", uploads: [{ id, key }] }];
    const pending = await admin("GET", `/uploads?key=${encodeURIComponent(pendingKey)}`);
    expect(pending).toMatchObject({
      status: 200,
      body: { key: pendingKey, candidates, objects: [{ store: "local", size: 1000 }] },
    });
    const final = await admin("GET", `/uploads?key=${encodeURIComponent(key)}`);
    expect(final).toMatchObject({ status: 200, body: { key, candidates } });
    expect(final.body).not.toHaveProperty("objects[0].size");
    const { body } = await admin("GET", `/uploads?id=${id}`);
    expect(body).toMatchObject({ key, candidates });
    expect(body).toHaveProperty("objects", [
      { store: "local", bucket: "uploads" },
      expect.objectContaining({ store: "local", pendingKey, size: 1000 }),
    ]);
    // Of a policy without a quarantine nothing is pending.
    const other = `pending/${(await stored()).key}`;
    expect((await admin("GET", `/uploads?key=${encodeURIComponent(other)}`)).status).toBe(404);
  });

  it("opens an id of any user", async () => {
    const first = await stored();
    const second = await upload();
    const { body } = await admin("GET", `/uploads?id=${second.id}`);
    expect(body).toMatchObject({
      key: second.key,
      upload: { policy: "limited", store: "local" },
      candidates: [{ user: "alice", uploads: [{ id: second.id, status: "pending" }] }],
      objects: [{ store: "local" }],
    });
    expect(JSON.stringify(body)).not.toContain(first.id);
  });

  it("knows no id that this service has not made, and no key that no policy makes", async () => {
    const { id } = await upload();
    const forged = `${id.slice(0, -4)}AAAA`;
    expect((await admin("GET", `/uploads?id=${forged}`)).status).toBe(404);
    expect((await admin("GET", "/uploads?key=nobody/knows")).status).toBe(404);
  });

  it.each(["/uploads", "/uploads?key=a&id=b", "/uploads?name=a"])("refuses %s", async (path) => {
    expect((await admin("GET", path)).status).toBe(422);
  });
});
