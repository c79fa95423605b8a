import { afterEach, describe, expect, it, vi } from "vitest";
import { jwtVerify } from "jose";
import { jwksKeySource } from "../../../src/grant/jwks.ts";
import { createSigner, type Signer } from "../support/tokens.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const URL = "https://id.example.com/jwks";

interface Issuer {
  now: number;
  answer: (init: RequestInit) => Response | Promise<Response>;
  fetches: number;
  background: Promise<unknown>[];
  verify: (token: string) => Promise<string>;
}

/** A key source over an issuer whose answers and clock the test holds. */
function createIssuer(answer: Issuer["answer"]): Issuer {
  const issuer: Issuer = {
    now: HOUR * 24 * 365,
    answer,
    fetches: 0,
    background: [],
    verify: async (token) => {
      const verified = jwtVerify(token, getKey, { algorithms: ["ES256"] });
      return verified.then(
        () => "verified",
        (error: Error) => error.name,
      );
    },
  };
  const getKey = jwksKeySource(URL, {
    now: () => issuer.now,
    fetch: async (_, init) => {
      issuer.fetches += 1;
      return issuer.answer(init);
    },
    waitUntil: (work) => void issuer.background.push(work),
  });
  return issuer;
}

const serve =
  (...signers: readonly Signer[]) =>
  () =>
    Response.json({ keys: signers.map(({ jwk }) => jwk) });
const fail = () => new Response("down", { status: 500 });
/** What is left of a request whose client went away. */
const cutOff = async () => new Promise<Response>(() => undefined);

describe("the keys of an issuer", () => {
  it("are fetched once in ten minutes", async () => {
    const signer = await createSigner("k1");
    const token = await signer.mint({ sub: "a" });
    const issuer = createIssuer(serve(signer));
    expect(await issuer.verify(token)).toBe("verified");
    issuer.now += 10 * MINUTE - 1;
    expect(await issuer.verify(token)).toBe("verified");
    expect(issuer.fetches).toBe(1);
  });

  it("are used while they are fetched anew, by one request of many", async () => {
    const signer = await createSigner("k1");
    const token = await signer.mint({ sub: "a" });
    const issuer = createIssuer(serve(signer));
    await issuer.verify(token);
    issuer.now += 10 * MINUTE;
    expect(
      await Promise.all([issuer.verify(token), issuer.verify(token), issuer.verify(token)]),
    ).toEqual(["verified", "verified", "verified"]);
    await Promise.all(issuer.background);
    expect(issuer.fetches).toBe(2);
    issuer.now += 9 * MINUTE;
    await issuer.verify(token);
    expect(issuer.fetches).toBe(2);
  });

  it("outlive an issuer that is down, for a day", async () => {
    const signer = await createSigner("k1");
    const token = await signer.mint({ sub: "a" });
    const issuer = createIssuer(serve(signer));
    await issuer.verify(token);
    issuer.answer = fail;
    issuer.now += 24 * HOUR - 1;
    expect(await issuer.verify(token)).toBe("verified");
    await Promise.all(issuer.background);
    issuer.now += 1;
    expect(await issuer.verify(token)).toBe("JwksUnavailable");
  });

  it("are asked for again 30 seconds after a failure, and not before", async () => {
    const signer = await createSigner("k1");
    const token = await signer.mint({ sub: "a" });
    const issuer = createIssuer(fail);
    expect(await issuer.verify(token)).toBe("JwksUnavailable");
    issuer.answer = serve(signer);
    issuer.now += 29_999;
    expect(await issuer.verify(token)).toBe("JwksUnavailable");
    expect(issuer.fetches).toBe(1);
    issuer.now += 1;
    expect(await issuer.verify(token)).toBe("verified");
  });

  it("follow a rotation, and are asked for once in 30 seconds by unknown kids", async () => {
    const [old, next, forger] = await Promise.all([
      createSigner("k1"),
      createSigner("k2"),
      createSigner("k3"),
    ]);
    const issuer = createIssuer(serve(old));
    await issuer.verify(await old.mint({ sub: "a" }));
    issuer.answer = serve(old, next);
    issuer.now += 30_000;
    expect(await issuer.verify(await next.mint({ sub: "a" }))).toBe("verified");
    const forged = await forger.mint({ sub: "a" });
    for (let times = 0; times < 5; times += 1)
      expect(await issuer.verify(forged)).toBe("JWKSNoMatchingKey");
    expect(issuer.fetches).toBe(2);
  });

  it.for([
    ["a redirect", () => Response.redirect("https://evil.example/jwks")],
    ["no JSON", () => new Response("<html>")],
    ["another shape", () => Response.json({ keys: [{}] })],
    ["more than 64 KiB", () => Response.json({ keys: [], filler: "x".repeat(65_536) })],
    [
      "no answer",
      () => {
        throw new TypeError("Connection refused");
      },
    ],
  ] as const)("are not taken from %s", async ([, answer]) => {
    const signer = await createSigner("k1");
    expect(await createIssuer(answer).verify(await signer.mint({ sub: "a" }))).toBe(
      "JwksUnavailable",
    );
  });

  it("are fetched without following redirects, with a time limit", async () => {
    let seen: RequestInit = {};
    const issuer = createIssuer((init) => {
      seen = init;
      return fail();
    });
    await issuer.verify(await (await createSigner("k1")).mint({ sub: "a" }));
    expect(seen.redirect).toBe("manual");
    expect(seen.signal).toBeInstanceOf(AbortSignal);
  });
});

describe("one fetch for all requests of an isolate", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const verifyThrice = async (issuer: Issuer, token: string) =>
    Promise.all([issuer.verify(token), issuer.verify(token), issuer.verify(token)]);

  it("serves those that wait for the first set", async () => {
    const signer = await createSigner("k1");
    const issuer = createIssuer(serve(signer));
    const token = await signer.mint({ sub: "a" });
    expect(await verifyThrice(issuer, token)).toEqual(["verified", "verified", "verified"]);
    expect(issuer.fetches).toBe(1);
  });

  it("fails for all of them", async () => {
    const issuer = createIssuer(fail);
    const token = await (await createSigner("k1")).mint({ sub: "a" });
    const failed = "JwksUnavailable";
    expect(await verifyThrice(issuer, token)).toEqual([failed, failed, failed]);
    expect(issuer.fetches).toBe(1);
  });

  it("serves those that wait for a rotated key", async () => {
    const [old, next] = await Promise.all([createSigner("k1"), createSigner("k2")]);
    const issuer = createIssuer(serve(old));
    await issuer.verify(await old.mint({ sub: "a" }));
    issuer.answer = serve(old, next);
    issuer.now += 30_000;
    const token = await next.mint({ sub: "a" });
    expect(await verifyThrice(issuer, token)).toEqual(["verified", "verified", "verified"]);
    expect(issuer.fetches).toBe(2);
  });

  it("goes on after the client of its request has gone", async () => {
    const signer = await createSigner("k1");
    const issuer = createIssuer(serve(signer));
    void issuer.verify(await signer.mint({ sub: "a" }));
    await vi.waitFor(() => expect(issuer.background).toHaveLength(1));
    await Promise.all(issuer.background);
    expect(await issuer.verify(await signer.mint({ sub: "b" }))).toBe("verified");
    expect(issuer.fetches).toBe(1);
  });

  it("is replaced by one other fetch if it was cut off all the same", async () => {
    const signer = await createSigner("k1");
    const token = await signer.mint({ sub: "a" });
    const issuer = createIssuer(cutOff);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    void issuer.verify(token);
    await vi.waitFor(() => expect(issuer.fetches).toBe(1));
    const waiting = verifyThrice(issuer, token);
    issuer.answer = serve(signer);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await waiting).toEqual(["verified", "verified", "verified"]);
    expect(issuer.fetches).toBe(2);
  });

  it("does not count as an attempt if it was cut off", async () => {
    const signer = await createSigner("k1");
    const token = await signer.mint({ sub: "a" });
    const issuer = createIssuer(serve(signer));
    await issuer.verify(token);
    issuer.now += 10 * MINUTE;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    issuer.answer = cutOff;
    expect(await issuer.verify(token)).toBe("verified");
    expect(await issuer.verify(token)).toBe("verified");
    expect(issuer.fetches).toBe(2);
    issuer.answer = serve(signer);
    await vi.advanceTimersByTimeAsync(5000);
    await vi.waitFor(() => expect(issuer.fetches).toBe(3));
    issuer.now += 9 * MINUTE;
    expect(await issuer.verify(token)).toBe("verified");
    expect(issuer.fetches).toBe(3);
  });
});
