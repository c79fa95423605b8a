import { describe, expect, it } from "vitest";
import { VerifiedTokens } from "../../../src/grant/verified-tokens.ts";
import { NOW, startWorker, tokenFor } from "../support/start-worker.ts";

const EXP = NOW / 1000 + 3600;

describe("a verified token", () => {
  it("is remembered for 60 seconds", () => {
    const tokens = new VerifiedTokens<string>();
    tokens.add("a.b.c", "alice", { nowMs: NOW, expiresAtSeconds: EXP });
    expect(tokens.find("a.b.c", NOW + 59_999)).toBe("alice");
    expect(tokens.find("a.b.c", NOW + 60_000)).toBeUndefined();
  });

  it("is never remembered beyond its expiry", () => {
    const tokens = new VerifiedTokens<string>();
    tokens.add("a.b.c", "alice", { nowMs: NOW, expiresAtSeconds: NOW / 1000 + 10 });
    expect(tokens.find("a.b.c", NOW + 9_999)).toBe("alice");
    expect(tokens.find("a.b.c", NOW + 10_000)).toBeUndefined();
  });

  it("is not another one that differs in its signature alone", () => {
    const tokens = new VerifiedTokens<string>();
    tokens.add("a.b.c", "alice", { nowMs: NOW, expiresAtSeconds: EXP });
    expect(tokens.find("a.b.d", NOW)).toBeUndefined();
  });

  it("is forgotten when a thousand newer ones are added", () => {
    const tokens = new VerifiedTokens<number>();
    for (let index = 0; index <= 1000; index += 1)
      tokens.add(`a.b.${index}`, index, { nowMs: NOW, expiresAtSeconds: EXP });
    expect(tokens.find("a.b.0", NOW)).toBeUndefined();
    expect(tokens.find("a.b.1", NOW)).toBe(1);
    expect(tokens.find("a.b.1000", NOW)).toBe(1000);
  });

  it("that is verified again is the newest one", () => {
    const tokens = new VerifiedTokens<number>();
    for (let index = 0; index < 1000; index += 1)
      tokens.add(`a.b.${index}`, index, { nowMs: NOW, expiresAtSeconds: EXP });
    tokens.add("a.b.0", 0, { nowMs: NOW, expiresAtSeconds: EXP });
    tokens.add("a.b.new", -1, { nowMs: NOW, expiresAtSeconds: EXP });
    expect(tokens.find("a.b.0", NOW)).toBe(0);
    expect(tokens.find("a.b.1", NOW)).toBeUndefined();
  });
});

describe("an isolate that remembers a token", () => {
  const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
  const post = { method: "POST", body: JSON.stringify(PNG) };
  const headersOf = (token: string) => ({
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
  });

  it("refuses it half a minute after its expiry, as any other isolate", async () => {
    let nowMs = NOW;
    const worker = startWorker({ dependencies: { now: () => nowMs } });
    const headers = headersOf(await tokenFor({ exp: NOW / 1000 + 10 }));
    const statusAfter = async (seconds: number) => {
      nowMs = NOW + seconds * 1000;
      return (await worker.fetch("/v1/uploads", { ...post, headers })).status;
    };
    expect([await statusAfter(0), await statusAfter(5), await statusAfter(39)]).toEqual([
      201, 201, 201,
    ]);
    expect(await statusAfter(41)).toBe(401);
  });

  it("refuses the same claims with another signature", async () => {
    const worker = startWorker();
    const [head = "", payload = "", signature = ""] = (await tokenFor()).split(".");
    const statusOf = async (token: string) =>
      (await worker.fetch("/v1/uploads", { ...post, headers: headersOf(token) })).status;
    expect(await statusOf(`${head}.${payload}.${signature}`)).toBe(201);
    expect(await statusOf(`${head}.${payload}.${signature.split("").toReversed().join("")}`)).toBe(
      401,
    );
  });
});
