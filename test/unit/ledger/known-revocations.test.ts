import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownerOf } from "../../../src/grant/owner.ts";
import {
  createKnownRevocations,
  type KnownRevocations,
} from "../../../src/ledger/known-revocations.ts";
import type { RevocationLedger, RevocationList } from "../../../src/ledger/revocation.ts";
import { Problem } from "../../../src/problem.ts";

const NOW = Date.parse("2026-11-22T07:00:00Z");
const alice = ownerOf("https://a.example.com", "alice");
const TOKEN = { what: "token", issuedAt: NOW / 1000 - 3600 } as const;
const REVOKED = { subject: alice.digest, untilMs: NOW } as const;

type Read = (knownVersion: string | undefined) => Promise<RevocationList>;

interface Setting {
  readonly revocations: KnownRevocations;
  readonly reads: (string | undefined)[];
  readonly names: string[];
  readonly log: string[];
  readonly background: Promise<unknown>[];
  read: Read;
  revoke: RevocationLedger["revoke"];
}

function start(): Setting {
  const reads: (string | undefined)[] = [];
  const names: string[] = [];
  const log: string[] = [];
  const background: Promise<unknown>[] = [];
  const setting: Setting = {
    reads,
    names,
    log,
    background,
    read: async () => Promise.resolve({ version: "1", revocations: [] }),
    revoke: async () => Promise.resolve({ isFull: true }),
    revocations: createKnownRevocations(
      {
        getByName: (name) => {
          names.push(name);
          return {
            readRevocations: async (version) => {
              reads.push(version);
              return setting.read(version);
            },
            revoke: async (revocation) => setting.revoke(revocation),
          };
        },
      },
      {
        now: () => Date.now(),
        log: (event) => void log.push(event),
        waitUntil: (work) => void background.push(work),
      },
    ),
  };
  return setting;
}

/** What a request of alice is answered: with a token that was issued an hour ago. */
async function answer({ revocations }: Setting): Promise<string> {
  const refreshed = revocations.refresh();
  if (refreshed) await refreshed;
  try {
    revocations.refuse(alice, TOKEN);
    return "accepted";
  } catch (error) {
    return error instanceof Problem ? error.code : "failed";
  }
}

const never: Read = async () => new Promise(() => undefined);
const fails: Read = async () => Promise.reject(new Error("The ledger is down"));
const revoked: Read = async () => Promise.resolve({ version: "2", revocations: [REVOKED] });
const later =
  (ms: number, read: Read): Read =>
  async (version) => {
    await new Promise((resolve) => void setTimeout(resolve, ms));
    return read(version);
  };

beforeEach(() => void vi.useFakeTimers({ now: NOW }));
afterEach(() => void vi.useRealTimers());

describe("the first request of an isolate", () => {
  it("waits for the ledger, and refuses what is revoked", async () => {
    const setting = start();
    setting.read = later(499, revoked);
    const first = answer(setting);
    await vi.advanceTimersByTimeAsync(499);
    expect(await first).toBe("revoked");
    expect(setting.names).toEqual(["revocations"]);
  });

  it("is refused after half a second without an answer, and never served unchecked", async () => {
    const setting = start();
    setting.read = never;
    const first = answer(setting);
    let settled = false;
    void first.then(() => (settled = true));
    await vi.advanceTimersByTimeAsync(499);
    expect(settled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await first).toBe("ledger-unavailable");
  });

  it("is refused at once where the ledger fails, and the next one asks again", async () => {
    const setting = start();
    setting.read = fails;
    expect(await answer(setting)).toBe("ledger-unavailable");
    expect(setting.log).toEqual(["revocations-unread"]);
    setting.read = revoked;
    await vi.advanceTimersByTimeAsync(500);
    expect(await answer(setting)).toBe("revoked");
  });

  it("lets a later one use an answer that came too late for it", async () => {
    const setting = start();
    setting.read = later(2000, revoked);
    const first = answer(setting);
    await vi.advanceTimersByTimeAsync(500);
    expect(await first).toBe("ledger-unavailable");
    await vi.advanceTimersByTimeAsync(1500);
    expect(await answer(setting)).toBe("revoked");
    expect(setting.reads).toHaveLength(1);
  });

  it("reads once for all that wait at the same time", async () => {
    const setting = start();
    setting.read = later(100, revoked);
    const all = [answer(setting), answer(setting), answer(setting)];
    await vi.advanceTimersByTimeAsync(100);
    expect(await Promise.all(all)).toEqual(["revoked", "revoked", "revoked"]);
    expect(setting.reads).toHaveLength(1);
  });

  it("does not wait for one that was cut off", async () => {
    const setting = start();
    setting.read = never;
    void answer(setting);
    await vi.advanceTimersByTimeAsync(500);
    setting.read = revoked;
    expect(await answer(setting)).toBe("revoked");
  });

  it("is refused where wrangler.toml has no ledger", async () => {
    const revocations = createKnownRevocations(undefined, {
      now: () => Date.now(),
      log: () => undefined,
      waitUntil: () => undefined,
    });
    await revocations.refresh();
    expect(() => revocations.refuse(alice, TOKEN)).toThrow("what was revoked cannot be read");
  });
});

describe("a later request", () => {
  async function startKnown(): Promise<Setting> {
    const setting = start();
    expect(await answer(setting)).toBe("accepted");
    return setting;
  }

  it("asks nobody for ten seconds, and waits for nothing", async () => {
    const setting = await startKnown();
    await vi.advanceTimersByTimeAsync(9999);
    expect(setting.revocations.refresh()).toBeUndefined();
    expect(setting.reads).toHaveLength(1);
  });

  it("then reads in the background, with the version that is known", async () => {
    const setting = await startKnown();
    await vi.advanceTimersByTimeAsync(10_000);
    setting.read = later(50, revoked);
    expect(setting.revocations.refresh()).toBeUndefined();
    expect(() => setting.revocations.refuse(alice, TOKEN)).not.toThrow();
    // It goes on after the response.
    expect(setting.background).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(50);
    await Promise.all(setting.background);
    expect(await answer(setting)).toBe("revoked");
    expect(setting.reads).toEqual([undefined, "1"]);
  });

  it("keeps the list where the ledger says that it is the same", async () => {
    const setting = start();
    setting.read = revoked;
    expect(await answer(setting)).toBe("revoked");
    setting.read = async () => Promise.resolve({ version: "2" });
    for (let seconds = 0; seconds < 300; seconds += 11) {
      await vi.advanceTimersByTimeAsync(11_000);
      expect(await answer(setting)).toBe("revoked");
    }
    expect(setting.log).toEqual([]);
  });

  it("starts no second read while one is under way", async () => {
    const setting = await startKnown();
    await vi.advanceTimersByTimeAsync(10_000);
    setting.read = never;
    for (let request = 0; request < 20; request += 1) {
      await vi.advanceTimersByTimeAsync(50);
      void setting.revocations.refresh();
    }
    expect(setting.reads).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1050);
    void setting.revocations.refresh();
    expect(setting.reads).toHaveLength(3);
  });

  it.for([
    ["hangs", never],
    ["fails", fails],
  ] as const)("is served for a minute while the ledger %s, and then refused", async ([, read]) => {
    const setting = await startKnown();
    setting.read = read;
    await vi.advanceTimersByTimeAsync(59_999);
    expect(await answer(setting)).toBe("accepted");
    await vi.advanceTimersByTimeAsync(1);
    const refused = answer(setting);
    await vi.advanceTimersByTimeAsync(500);
    expect(await refused).toBe("ledger-unavailable");
  });

  it("waits again after a minute without requests", async () => {
    const setting = await startKnown();
    await vi.advanceTimersByTimeAsync(60_000);
    setting.read = later(100, revoked);
    const waiting = answer(setting);
    await vi.advanceTimersByTimeAsync(100);
    expect(await waiting).toBe("revoked");
  });

  it("counts the age of a list from when it was asked for", async () => {
    const setting = start();
    setting.read = later(400, async () => Promise.resolve({ version: "1", revocations: [] }));
    const first = answer(setting);
    await vi.advanceTimersByTimeAsync(400);
    expect(await first).toBe("accepted");
    setting.read = fails;
    await vi.advanceTimersByTimeAsync(59_600);
    expect(await answer(setting)).toBe("ledger-unavailable");
  });

  it("reads again where the clock was set back", async () => {
    const setting = await startKnown();
    setting.read = revoked;
    vi.setSystemTime(NOW - 3600_000);
    expect(await answer(setting)).toBe("revoked");
  });
});

describe("a revocation", () => {
  const list = { version: "2", revocations: [REVOKED] };

  it("is known at once where it was made, also to an isolate that has read nothing", async () => {
    const setting = start();
    setting.revoke = async () => Promise.resolve({ isFull: false, untilMs: NOW, list });
    expect(await setting.revocations.revoke({ ...REVOKED, issuer: alice.issuer })).toBe(NOW);
    expect(await answer(setting)).toBe("revoked");
    expect(setting.reads).toEqual([]);
  });

  it("is not forgotten for a read that began before it and ended after", async () => {
    const setting = start();
    expect(await answer(setting)).toBe("accepted");
    await vi.advanceTimersByTimeAsync(10_000);
    setting.read = later(100, async () => Promise.resolve({ version: "1", revocations: [] }));
    void setting.revocations.refresh();
    setting.revoke = async () => Promise.resolve({ isFull: false, untilMs: NOW, list });
    await setting.revocations.revoke({ ...REVOKED, issuer: alice.issuer });
    await vi.advanceTimersByTimeAsync(100);
    await Promise.all(setting.background);
    expect(await answer(setting)).toBe("revoked");
  });

  it("has no room, or no ledger", async () => {
    const setting = start();
    expect(await setting.revocations.revoke({ ...REVOKED, issuer: alice.issuer })).toBeUndefined();
    setting.revoke = async () => Promise.reject(new Error("The ledger is down"));
    await expect(
      setting.revocations.revoke({ ...REVOKED, issuer: alice.issuer }),
    ).rejects.toMatchObject({ code: "ledger-unavailable", headers: { "retry-after": "5" } });
    expect(setting.log).toEqual(["ledger-failed"]);
  });
});
