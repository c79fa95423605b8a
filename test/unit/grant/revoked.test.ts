import { describe, expect, it } from "vitest";
import { ownerOf } from "../../../src/grant/owner.ts";
import { refuseRevoked, subjectOfIssuer } from "../../../src/grant/revoked.ts";
import { Problem } from "../../../src/problem.ts";

const NOW = Date.parse("2026-11-22T07:00:00Z");
const SECONDS = NOW / 1000;
const A_DAY = 86_400;
const alice = ownerOf("https://a.example.com", "alice");

/** Returns whether a token of alice, issued at that time, is refused. */
function isRefused(revoked: Readonly<Record<string, number>>, issuedAt: unknown): boolean {
  try {
    const issued = { what: "token", issuedAt } as const;
    refuseRevoked(new Map(Object.entries(revoked)), alice, issued, NOW);
    return false;
  } catch (error) {
    if (error instanceof Problem && error.code === "revoked") return true;
    throw error;
  }
}

describe("a token", () => {
  const until = { [alice.digest]: NOW - 60_000 };

  it.for([
    ["before", SECONDS - 61, true],
    ["in that second", SECONDS - 60, true],
    ["just after", SECONDS - 59.999, false],
    ["after", SECONDS - 59, false],
    ["now", SECONDS, false],
    ["by a clock that is a little ahead", SECONDS + 30, false],
    ["in the future", SECONDS + 31, true],
    ["at no time", undefined, true],
    ["at a time that is a text", String(SECONDS), true],
    ["at no number", Number.NaN, true],
  ] as const)("that was issued %s", ([, issuedAt, refused]) => {
    expect(isRefused(until, issuedAt)).toBe(refused);
  });

  it("without a time is accepted while nothing of its owner was revoked", () => {
    const others = {
      [ownerOf("https://a.example.com", "bob").digest]: NOW,
      [ownerOf("https://b.example.com", "alice").digest]: NOW,
      [subjectOfIssuer("https://b.example.com")]: NOW,
    };
    for (const issuedAt of [undefined, SECONDS + 3600, SECONDS - A_DAY]) {
      expect(isRefused({}, issuedAt)).toBe(false);
      expect(isRefused(others, issuedAt)).toBe(false);
    }
  });

  it("is refused for its issuer, and for everybody, until the latest of them", () => {
    expect(isRefused({ [subjectOfIssuer(alice.issuer)]: NOW }, SECONDS)).toBe(true);
    expect(isRefused({ all: NOW }, SECONDS)).toBe(true);
    expect(isRefused({ ...until, all: NOW - 120_000 }, SECONDS - 90)).toBe(true);
    expect(isRefused({ ...until, all: NOW }, SECONDS - 1)).toBe(true);
  });

  it("is refused by a block, until it is over", () => {
    const block = { [alice.digest]: NOW + 3600_000 };
    for (const issuedAt of [SECONDS - 1, SECONDS, SECONDS + 3599, SECONDS + 3601])
      expect(isRefused(block, issuedAt)).toBe(true);
  });

  it("is refused when it is older than what was revoked is known", () => {
    expect(isRefused({}, SECONDS - 90 * A_DAY)).toBe(false);
    expect(isRefused({}, SECONDS - 90 * A_DAY - 1)).toBe(true);
  });
});
