import { afterEach, describe, expect, it, vi } from "vitest";
import { jwks } from "../../../src/define.ts";
import { CONFIG, ENV, NOW, startWorker } from "../support/start-worker.ts";
import { createSigner, type Signer } from "../support/tokens.ts";

afterEach(() => void vi.useRealTimers());

const URL = "https://id.example.com/jwks";
const serve =
  (...signers: readonly Signer[]) =>
  () =>
    Response.json({ keys: signers.map(({ jwk }) => jwk) });

/** A Worker for one issuer, whose answers and clock the test holds. */
function start(answer: (init: RequestInit) => Response | Promise<Response>) {
  const issuer = { answer, now: NOW };
  const worker = startWorker({
    config: {
      ...CONFIG,
      issuers: [jwks({ issuer: "https://id.example.com", jwksUrl: URL, audience: "uploads" })],
    },
    env: ENV,
    dependencies: { now: () => issuer.now, fetch: async (_, init) => issuer.answer(init) },
  });
  const ask = async (signer: Signer, kid?: string) => {
    const claims = {
      iss: "https://id.example.com",
      aud: "uploads",
      sub: "alice",
      exp: NOW / 1000 + 90_000,
    };
    // Each token is another one, so that none has been verified before.
    const token = await signer.mint(
      { ...claims, jti: crypto.randomUUID() },
      kid === undefined ? {} : { kid },
    );
    return worker.fetch("/v1/uploads/none", { headers: { authorization: `Bearer ${token}` } });
  };
  return { issuer, worker, ask };
}

/** Authenticated: there is no such upload. */
const KNOWN = 404;
const BROKEN: readonly (readonly [name: string, answer: () => Response | Promise<Response>])[] = [
  ["down", () => new Response("down", { status: 503 })],
  ["cut off", async () => Promise.reject(new TypeError("Network connection lost"))],
  ["huge", () => new Response(`{"keys":[${" ".repeat(64 * 1024)}]}`)],
  [
    "endless",
    () =>
      new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(9000).fill(32)) })),
  ],
  ["a page", () => new Response("<!doctype html>")],
  ["a list", () => Response.json([])],
  ["without keys", () => Response.json({ keys: "none" })],
  ["UTF-16", () => new Response(Uint8Array.from([0xff, 0xfe, 0x7b, 0x00]))],
];

describe("a JWK Set that cannot be read", () => {
  it.for(BROKEN)(
    "(%s) is 401 for an isolate without keys, and read again after 30 seconds",
    async ([, answer]) => {
      const signer = await createSigner("k1");
      const { issuer, worker, ask } = start(answer);
      const refused = await ask(signer);
      expect(refused.status).toBe(401);
      expect(refused.headers.get("www-authenticate")).toContain("Bearer");
      expect(worker.log.join()).toContain("JwksUnavailable");
      issuer.answer = serve(signer);
      issuer.now += 30_000;
      expect((await ask(signer)).status).toBe(KNOWN);
    },
  );

  it.for(BROKEN)("(%s) is not noticed by an isolate with keys", async ([, answer]) => {
    const signer = await createSigner("k1");
    const { issuer, ask } = start(serve(signer));
    expect((await ask(signer)).status).toBe(KNOWN);
    issuer.answer = answer;
    for (let times = 0; times < 5; times += 1) {
      issuer.now += 11 * 60_000;
      expect((await ask(signer)).status).toBe(KNOWN);
    }
  });

  it("is waited for five seconds", async () => {
    const signer = await createSigner("k1");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { issuer, ask } = start(
      async ({ signal }) =>
        new Promise((_, reject) => {
          signal?.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    const waiting = ask(signer);
    let status: number | undefined;
    void waiting.then((response) => (status = response.status));
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(5000);
      expect(status).toBe(401);
    });
    issuer.answer = serve(signer);
    issuer.now += 30_000;
    expect((await ask(signer)).status).toBe(KNOWN);
  });
});

describe("a JWK Set that rotates", () => {
  it("to a broken key is refused, and read again within ten minutes", async () => {
    const [old, next] = await Promise.all([createSigner("k1"), createSigner("k2")]);
    const { issuer, ask } = start(serve(old));
    expect((await ask(old)).status).toBe(KNOWN);
    issuer.answer = () =>
      Response.json({ keys: [{ kty: "EC", crv: "P-256", kid: "k2", x: "AA", y: "AA" }] });
    issuer.now += 30_000;
    expect((await ask(next)).status).toBe(401);
    issuer.answer = serve(next);
    issuer.now += 10 * 60_000;
    await vi.waitFor(async () => expect((await ask(next)).status).toBe(KNOWN));
    expect((await ask(old)).status).toBe(401);
  });

  it("while the clock is set back by ten minutes is read at once", async () => {
    const [old, next] = await Promise.all([createSigner("k1"), createSigner("k2")]);
    const { issuer, ask } = start(serve(old));
    expect((await ask(old)).status).toBe(KNOWN);
    issuer.now -= 10 * 60_000;
    issuer.answer = serve(old, next);
    expect((await ask(next)).status).toBe(KNOWN);
  });

  it("and is down while the clock is set back is asked again at once", async () => {
    const signer = await createSigner("k1");
    const { issuer, ask } = start(() => new Response("down", { status: 503 }));
    expect((await ask(signer)).status).toBe(401);
    issuer.now -= 10 * 60_000;
    issuer.answer = serve(signer);
    expect((await ask(signer)).status).toBe(KNOWN);
  });
});
