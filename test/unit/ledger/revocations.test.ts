import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownerOf, type Owner } from "../../../src/grant/owner.ts";
import { EVERYBODY, subjectOfIssuer } from "../../../src/grant/revoked.ts";

const NOW = Date.parse("2040-01-01T00:00:00Z");
const A_DAY_MS = 86_400_000;
const alice = ownerOf("https://a.example.com", "alice");
const bob = ownerOf("https://a.example.com", "bob");
const carol = ownerOf("https://b.example.com", "carol");

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: NOW }));
afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

const ledger = () => env.LEDGER.getByName("revocations");
const user = (owner: Owner, untilMs = NOW) => ({
  subject: owner.digest,
  issuer: owner.issuer,
  untilMs,
});
const issuer = (name: string, untilMs = NOW) => ({
  subject: subjectOfIssuer(name),
  issuer: name,
  untilMs,
});
const everybody = (untilMs = NOW) => ({ subject: EVERYBODY, issuer: undefined, untilMs });

async function read(): Promise<Readonly<Record<string, number>>> {
  const { revocations = [] } = await ledger().readRevocations(undefined);
  return Object.fromEntries(revocations.map((one) => [one.subject, one.untilMs]));
}

const rows = async (query: string) =>
  runInDurableObject(ledger(), (_, { storage }) => storage.sql.exec(query).toArray());
const tables = async () => rows("SELECT name FROM sqlite_master WHERE name = 'revocation'");

describe("the ledger of revocations", () => {
  it("has none in the beginning, and creates no tables to say so", async () => {
    expect(await read()).toEqual({});
    expect(await tables()).toEqual([]);
  });

  it("returns each revocation, also after it was evicted", async () => {
    await ledger().revoke(user(alice));
    await ledger().revoke(issuer("https://b.example.com", NOW - 1));
    const all = { [alice.digest]: NOW, "issuer https://b.example.com": NOW - 1 };
    expect(await read()).toEqual(all);
    await evictDurableObject(ledger());
    expect(await read()).toEqual(all);
  });

  it("returns the list with the result, and no list to whoever has its version", async () => {
    const result = await ledger().revoke(user(alice));
    if (result.isFull) throw new TypeError("Cannot be full");
    const { version, revocations } = result.list;
    expect(revocations).toEqual([{ subject: alice.digest, untilMs: NOW }]);
    expect(await ledger().readRevocations(version)).toEqual({ version });
    await ledger().revoke(user(bob));
    const next = await ledger().readRevocations(version);
    expect(next.version).not.toBe(version);
    expect(next.revocations).toHaveLength(2);
  });

  it("keeps what is refused already, and lets a block end earlier", async () => {
    await ledger().revoke(user(alice, NOW - 1000));
    await ledger().revoke(user(alice, NOW - 5000));
    expect(await read()).toEqual({ [alice.digest]: NOW - 1000 });
    await ledger().revoke(user(alice, NOW + A_DAY_MS));
    await ledger().revoke(user(alice, NOW + 1000));
    expect(await read()).toEqual({ [alice.digest]: NOW + 1000 });
    vi.setSystemTime(NOW + 500);
    const result = await ledger().revoke(user(alice, NOW - 9000));
    expect(result).toMatchObject({ isFull: false, untilMs: NOW + 500 });
  });

  it("forgets what a wider one refuses too, and no more than that", async () => {
    await ledger().revoke(user(alice, NOW - 1000));
    await ledger().revoke(user(bob, NOW + 1000));
    await ledger().revoke(user(carol, NOW - 1000));
    await ledger().revoke(issuer(alice.issuer, NOW));
    const name = subjectOfIssuer(alice.issuer);
    const left = { [bob.digest]: NOW + 1000, [carol.digest]: NOW - 1000, [name]: NOW };
    expect(await read()).toEqual(left);
    // A block of everybody may end earlier.
    await ledger().revoke(everybody(NOW + A_DAY_MS));
    expect(await read()).toEqual({ [bob.digest]: NOW + 1000, all: NOW + A_DAY_MS });
    await ledger().revoke(everybody(NOW));
    expect(await read()).toEqual({ [bob.digest]: NOW + 1000, all: NOW });
  });

  it("forgets a revocation when no id that it refuses can be open, and then everything", async () => {
    await ledger().revoke(user(alice, NOW));
    await ledger().revoke(user(bob, NOW + 1000));
    vi.setSystemTime(NOW + 90 * A_DAY_MS - 1);
    expect(Object.keys(await read())).toHaveLength(2);
    vi.setSystemTime(NOW + 90 * A_DAY_MS);
    expect(await read()).toEqual({ [bob.digest]: NOW + 1000 });
    expect(await rows("SELECT * FROM revocation")).toHaveLength(1);
    vi.setSystemTime(NOW + 90 * A_DAY_MS + 1000);
    expect(await read()).toEqual({});
    expect(await tables()).toEqual([]);
    await ledger().revoke(user(carol, Date.now()));
    expect(Object.keys(await read())).toEqual([carol.digest]);
  });

  it("sets no alarm, which an earlier release would take for the end of an empty ledger", async () => {
    await ledger().revoke(user(alice));
    await runInDurableObject(ledger(), async (_, { storage }) => {
      expect(await storage.getAlarm()).toBeNull();
    });
  });

  it("has room for 10,000 users, and always for an issuer and for everybody", async () => {
    await ledger().revoke(user(alice));
    await rows(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
       INSERT INTO revocation SELECT 'u' || i, 'https://a.example.com', ${NOW}, ${NOW + A_DAY_MS} FROM n`,
    );
    await evictDurableObject(ledger());
    expect(await ledger().revoke(user(bob))).toEqual({ isFull: true });
    // A user who has one already needs no room.
    expect(await ledger().revoke(user(alice, NOW + 1))).toMatchObject({ isFull: false });
    expect(await ledger().revoke(everybody(NOW - 1))).toMatchObject({ isFull: false });
    expect(await ledger().revoke(issuer(alice.issuer, NOW))).toMatchObject({ isFull: false });
    expect(await ledger().revoke(user(bob))).toMatchObject({ isFull: false });
    expect(Object.keys(await read())).toHaveLength(4);
  });

  it("is read in a few milliseconds when it is full, and not at all by whoever knows it", async () => {
    await ledger().revoke(user(alice));
    await rows(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
       INSERT INTO revocation SELECT hex(randomblob(32)), 'https://a.example.com', ${NOW}, ${NOW + A_DAY_MS} FROM n`,
    );
    await evictDurableObject(ledger());
    const { version, revocations = [] } = await ledger().readRevocations(undefined);
    expect(revocations).toHaveLength(10_000);
    await rows("DELETE FROM revocation");
    expect(await ledger().readRevocations(version)).toEqual({ version });
  });
});
