import { describe, expect, it } from "vitest";
import { google, jwks, sharedSecret } from "../../../src/define.ts";
import {
  CONFIG,
  NOW,
  SECRET,
  postUpload,
  startWorker,
  tokenFor,
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

  it("looks the same outside whatever is wrong with it", async () => {
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

  it("never stands in the log", async () => {
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

describe("a token that allows less", () => {
  const status = async (claims: object, body: object = {}) => {
    const response = await postUpload(startWorker(), { ...PNG, ...body }, { ...claims });
    return { status: response.status, body: await response.json<Record<string, unknown>>() };
  };
  const exact = "documents/alice/contract-7/계약.pdf";
  const document = { policy: "document", filename: "ignored.pdf", contentType: "application/pdf" };

  it("is held to its policies", async () => {
    expect(await status({ policies: ["photo"] })).toMatchObject({ status: 201 });
    expect(await status({ policies: ["avatar"] })).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    expect(await status({ policies: [] })).toMatchObject({ status: 403 });
  });
  it("is held to its bytes, and has to tell the size", async () => {
    expect(await status({ maxBytes: 4 })).toMatchObject({
      status: 413,
      body: { limit: 4, actual: 5 },
    });
    expect(await status({ maxBytes: 4 }, { size: undefined })).toMatchObject({
      status: 422,
      body: { code: "size-required" },
    });
  });
  it("cannot have more bytes than the policy", async () => {
    expect(await status({ maxBytes: 99_000_000 }, { size: 10_000_001 })).toMatchObject({
      status: 413,
      body: { limit: 10_000_000 },
    });
  });
  it("may name the one key that it is for", async () => {
    expect(await status({ key: exact }, document)).toMatchObject({
      status: 201,
      body: { key: exact },
    });
  });
  it("may name the prefix that it is for", async () => {
    expect(await status({ key: "photos/alice/" })).toMatchObject({ status: 201 });
    expect(await status({ key: "photos/ali" })).toMatchObject({ status: 403 });
    expect(await status({ key: "photos/alice/2026/" })).toMatchObject({
      status: 403,
      body: { code: "key-outside-prefix" },
    });
  });
  it.for([
    "documents/bob/contract-7/a.pdf",
    "documents/alice/../bob/a.pdf",
    "documents/alice/contract-7/x/a.pdf",
    "documents/alice/contract-7/..",
    "documents/alice//a.pdf",
    "/documents/alice/contract-7/a.pdf",
    "documents/alice/contract-7",
    "documents/alic./contract-7/a.pdf",
    "documents/alice/contract-7/a\u0000.pdf",
    "documents/bob/",
  ])("cannot widen to %s", async (key) => {
    expect(await status({ key }, document)).toMatchObject({
      status: 403,
      body: { code: "key-outside-prefix" },
    });
  });
  it("has to bring the claims of the key", async () => {
    const tenant = { policy: "tenant" };
    expect(await status({ tenant: "acme/../x" }, tenant)).toMatchObject({
      status: 201,
      body: { key: expect.stringMatching(/^tenants\/acme\.2f\.2e\.2e\.2fx\/alice\//) as string },
    });
    expect(await status({}, tenant)).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect(await status({ tenant: "" }, tenant)).toMatchObject({ status: 403 });
  });
});

describe("the id of an upload", () => {
  it("is sealed with a secret, and says nothing that the client does not know", async () => {
    const { id } = await (await postUpload(startWorker(), PNG)).json<{ id: string }>();
    const [header = "", payload = "", signature = ""] = id.split(".");
    const bytes = (text: string) =>
      Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const secret = new TextEncoder().encode(
      "an upload id secret of more than thirty-two characters",
    );
    const key = await crypto.subtle.importKey(
      "raw",
      secret,
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    const input = new TextEncoder().encode(`${header}.${payload}`);
    expect(await crypto.subtle.verify("HMAC", key, bytes(signature), input)).toBe(true);
    expect(JSON.parse(new TextDecoder().decode(bytes(payload)))).toEqual({
      iss: "https://backend.example.com",
      sub: "alice",
      jti: "00000000-0000-4000-8000-000000000003",
      iat: SECONDS,
      exp: SECONDS + 300,
      policy: "photo",
      store: "media",
      key: "photos/alice/00000000-0000-4000-8000-000000000002.png",
      type: "image/png",
      size: 5,
      unique: true,
    });
  });
  it("is no bearer token", async () => {
    const worker = startWorker();
    const { id } = await (await postUpload(worker, PNG)).json<{ id: string }>();
    expect((await send(worker, id)).status).toBe(401);
    expect((await send(worker, await tokenFor())).status).toBe(201);
  });
});
