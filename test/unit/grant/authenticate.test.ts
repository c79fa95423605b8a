import { describe, expect, it } from "vitest";
import { google, jwks, sharedSecret } from "../../../src/define.ts";
import {
  CONFIG,
  NOW,
  SECRET,
  postUpload,
  startWorker,
  type TestWorker,
} from "../support/start-worker.ts";
import { createSigner, mintShared, mintUnsigned } from "../support/tokens.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };

const SECONDS = NOW / 1000;

const GOOD = {
  iss: "https://backend.example.com",
  aud: "uploads",
  sub: "alice",
  exp: SECONDS + 60,
};

async function send(
  worker: TestWorker,
  token: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return worker.fetch("/v1/uploads", {
    method: "POST",
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(PNG),
  });
}

/** A refusal without what differs from answer to answer. */
async function refusalOf(response: Response): Promise<unknown> {
  const { requestId: _, instance: __, ...body } = await response.json<Record<string, unknown>>();
  return { status: response.status, challenge: response.headers.get("www-authenticate"), body };
}

const keyOf = async (response: Response) => (await response.json<{ key: string }>()).key;

describe("a token of a shared secret", () => {
  it("is accepted", async () =>
    expect((await send(startWorker(), await mintShared(SECRET, GOOD))).status).toBe(201));

  it("looks the same environment whatever is wrong with it", async () => {
    const { exp: _, ...endless } = GOOD;
    const { sub: __, ...nobody } = GOOD;
    const other = await createSigner("k");
    const [header = "", payload = "", signature = ""] = (await mintShared(SECRET, GOOD)).split(".");
    const tokens = {
      none: undefined,
      empty: "",
      garbage: "garbage",
      unsigned: mintUnsigned(GOOD),
      "wrong secret": await mintShared(`${SECRET}x`, GOOD),
      expired: await mintShared(SECRET, { ...GOOD, exp: SECONDS - 31 }),
      "not yet valid": await mintShared(SECRET, { ...GOOD, nbf: SECONDS + 31 }),
      "without expiry": await mintShared(SECRET, endless),
      "without user": await mintShared(SECRET, nobody),
      "empty user": await mintShared(SECRET, { ...GOOD, sub: "" }),
      "user that is no text": await mintShared(SECRET, { ...GOOD, sub: 7 }),
      "user too long": await mintShared(SECRET, { ...GOOD, sub: "a".repeat(256) }),
      "other issuer": await mintShared(SECRET, { ...GOOD, iss: "https://evil.example" }),
      "no issuer": await mintShared(SECRET, { ...GOOD, iss: undefined }),
      "other audience": await mintShared(SECRET, { ...GOOD, aud: "other" }),
      "other algorithm": await mintShared(SECRET, GOOD, { alg: "HS512" }),
      "algorithm none in capitals": await mintShared(SECRET, GOOD, { alg: "NONE" }),
      asymmetric: await other.mint(GOOD),
      critical: await mintShared(SECRET, GOOD, { crit: ["x"], x: 1 }),
      "payload changed": `${header}.${payload.replace(/.$/, (last) => (last === "A" ? "B" : "A"))}.${signature}`,
      "signature cut": `${header}.${payload}.${signature.slice(1)}`,
      "too long": await mintShared(SECRET, { ...GOOD, filler: "x".repeat(8192) }),
      "policies that are no list": await mintShared(SECRET, { ...GOOD, policies: "photo" }),
      "maxBytes that is no number": await mintShared(SECRET, { ...GOOD, maxBytes: "5" }),
      "key that is no text": await mintShared(SECRET, { ...GOOD, key: 1 }),
    };
    const worker = startWorker();
    const expected = await refusalOf(await send(worker, undefined));
    expect(expected).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="edge-presigner"',
      body: { code: "unauthenticated" },
    });
    for (const [what, token] of Object.entries(tokens)) {
      expect(await refusalOf(await send(worker, token)), what).toEqual(expected);
    }
    const refusals = worker.log.filter((line) => line.includes("unauthenticated"));
    expect(refusals).toHaveLength(Object.keys(tokens).length + 1);
    expect(worker.log.join("\n")).toContain("ERR_JWT_EXPIRED");
  });

  it("is never in the log", async () => {
    const worker = startWorker();
    const token = await mintShared(`${SECRET}x`, GOOD);
    await send(worker, token);
    for (const part of token.split(".")) expect(worker.log.join("\n")).not.toContain(part);
  });

  it("has 30 seconds for clocks that differ", async () => {
    const worker = startWorker();
    expect(
      (await send(worker, await mintShared(SECRET, { ...GOOD, exp: SECONDS - 29 }))).status,
    ).toBe(201);
    expect(
      (await send(worker, await mintShared(SECRET, { ...GOOD, nbf: SECONDS + 29 }))).status,
    ).toBe(201);
  });
});

describe("a token of published keys", () => {
  const issuer = jwks({
    issuer: "https://id.example.com",
    jwksUrl: "https://id.example.com/jwks",
    audience: "uploads",
  });
  const claims = { ...GOOD, iss: "https://id.example.com" };
  const start = (keys: readonly unknown[], config = { ...CONFIG, issuers: [issuer] }) =>
    startWorker({
      config,
      dependencies: { fetch: async () => Promise.resolve(Response.json({ keys })) },
    });

  it("is accepted", async () => {
    const signer = await createSigner("k1");
    expect((await send(start([signer.jwk]), await signer.mint(claims))).status).toBe(201);
  });

  it("is refused with a forged kid, or a key that it brings along", async () => {
    const signer = await createSigner("k1");
    const forger = await createSigner("k1");
    const worker = start([signer.jwk]);
    const forged = [
      await forger.mint(claims),
      await forger.mint(claims, { kid: "k2" }),
      await forger.mint(claims, { jwk: forger.jwk }),
      await forger.mint(claims, { jku: "https://evil.example/jwks" }),
      await forger.mint(claims, { x5u: "https://evil.example/cert" }),
      await mintShared(JSON.stringify(signer.jwk), claims, { kid: "k1" }),
    ];
    for (const token of forged) expect((await send(worker, token)).status).toBe(401);
  });

  it("is refused with an algorithm that the issuer was not given, though the key fits", async () => {
    const signer = await createSigner("k1");
    const worker = start([signer.jwk], {
      ...CONFIG,
      issuers: [{ ...issuer, algorithms: ["RS256"] }],
    });
    expect((await send(worker, await signer.mint(claims))).status).toBe(401);
  });

  it("is refused where the issuer's keys cannot be read, and the log says why", async () => {
    const signer = await createSigner("k1");
    const worker = startWorker({ config: { ...CONFIG, issuers: [issuer] } });
    expect((await send(worker, await signer.mint(claims))).status).toBe(401);
    expect(worker.log.join("\n")).toContain("JwksUnavailable");
  });

  it("may come in the header that an access proxy sets", async () => {
    const signer = await createSigner("k1");
    const behind = { ...issuer, tokenHeader: "cf-access-jwt-assertion" };
    const worker = start([signer.jwk], { ...CONFIG, issuers: [behind] });
    expect(
      (await send(worker, undefined, { "cf-access-jwt-assertion": await signer.mint(claims) }))
        .status,
    ).toBe(201);
  });

  it("is not taken from that header for what a browser loads without an origin", async () => {
    const signer = await createSigner("k1");
    const behind = { ...issuer, tokenHeader: "cf-access-jwt-assertion" };
    const worker = start([signer.jwk], { ...CONFIG, issuers: [behind] });
    const token = await signer.mint(claims);
    const load = async (headers: Readonly<Record<string, string>>) => {
      const path = "/presigned-url?fileName=a.png&fileType=image/png&fileSize=5";
      const response = await worker.fetch(path, { headers });
      return response.status === 200 ? "a ticket" : (await response.json<{ code: string }>()).code;
    };
    const sent = { "cf-access-jwt-assertion": token };
    // A picture on a page of a neighbouring host, and a link in a mail.
    const picture = { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
    const link = { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" };
    expect(await load({ ...sent, ...picture, "sec-fetch-site": "same-site" })).toBe(
      "origin-not-allowed",
    );
    expect(await load({ ...sent, ...link })).toBe("origin-not-allowed");
    // An allowed page of that host, the service's own page, a program.
    const origin = "https://app.example.com";
    expect(await load({ ...sent, "sec-fetch-site": "same-site", origin })).toBe("a ticket");
    expect(await load({ ...sent, "sec-fetch-site": "same-origin" })).toBe("a ticket");
    expect(await load(sent)).toBe("a ticket");
    // No browser adds this one by itself.
    const authorization = `Bearer ${token}`;
    expect(await load({ ...sent, authorization, "sec-fetch-site": "same-site" })).toBe("a ticket");
    expect(await load({ "sec-fetch-site": "none" })).toBe("unauthenticated");
  });

  it("must have the claims that take an audience's place", async () => {
    const signer = await createSigner("k1");
    const session = jwks({
      issuer: "https://id.example.com",
      jwksUrl: "https://id.example.com/jwks",
      claims: { azp: ["https://app.example.com"] },
    });
    const worker = start([signer.jwk], { ...CONFIG, issuers: [session] });
    expect(
      (await send(worker, await signer.mint({ ...claims, azp: "https://app.example.com" }))).status,
    ).toBe(201);
    expect(
      (await send(worker, await signer.mint({ ...claims, azp: "https://evil.example" }))).status,
    ).toBe(401);
    expect((await send(worker, await signer.mint(claims))).status).toBe(401);
  });

  it("keeps one user of two names of an issuer one user", async () => {
    const signer = await createSigner("k1");
    const worker = start([signer.jwk], {
      ...CONFIG,
      issuers: [{ ...google({ clientId: "uploads" }), algorithms: ["ES256"] }],
    });
    const keys = await Promise.all(
      ["https://accounts.google.com", "accounts.google.com"].map(
        async (iss) =>
          (await keyOf(await send(worker, await signer.mint({ ...claims, iss })))).split("/")[1],
      ),
    );
    expect(keys).toEqual(["alice", "alice"]);
  });
});

describe("a user's id", () => {
  const prefixOf = async (sub: string) =>
    (await keyOf(await postUpload(startWorker(), PNG, { sub }))).split("/")[1];

  it.for([
    ["auth0|123", "auth0.7c123"],
    ["../bob", ".2e.2e.2fbob"],
    ["..", ".2e.2e"],
    ["가", ".ea.b0.80"],
    ["user_2abc-DEF", "user_2abc-DEF"],
  ] as const)("%s is the segment %s", async ([sub, segment]) =>
    expect(await prefixOf(sub)).toBe(segment),
  );

  it.for(["a\uD800", "\uDFFFa", "\uD800\uD800"])(
    "is refused with a lone surrogate, which all become one character: %j",
    async (sub) => {
      const worker = startWorker();
      expect((await postUpload(worker, PNG, { sub })).status).toBe(401);
      expect(worker.log.join()).toContain("not well-formed");
    },
  );

  it.for([
    [2 ** 53, 403],
    [1e300, 403],
    [1.5, 403],
    ["acme\uD800", 403],
    ["", 403],
    [true, 403],
    [9007199254740991, 201],
    [-7, 201],
    ["acme", 201],
  ] as const)("shares no prefix by a claim in the key that is %j: %i", async ([tenant, status]) => {
    const body = { policy: "tenant", contentType: "image/png", size: 5 };
    expect((await postUpload(startWorker(), body, { tenant })).status).toBe(status);
  });

  it("is another segment with another issuer", async () => {
    const second = sharedSecret({
      issuer: "https://second.example.com",
      audience: "uploads",
      userPrefix: "second",
    });
    const worker = startWorker({ config: { ...CONFIG, issuers: [...CONFIG.issuers, second] } });
    const response = await send(
      worker,
      await mintShared(SECRET, { ...GOOD, iss: "https://second.example.com" }),
    );
    expect(await keyOf(response)).toMatch(/^photos\/second\.-alice\//);
  });
});
