import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jwks, sharedSecret } from "../../src/define.ts";
import { CONFIG, NOW, SECRET, startWorker } from "../unit/support/start-worker.ts";
import { createSigner, mintShared } from "../unit/support/tokens.ts";
import { HANG_MS, leastCpuMs } from "./support/cpu-time.ts";
import { expectAlways } from "./support/expect-always.ts";
import { anyJson, anyText, mostly } from "./support/texts.ts";

const SECONDS = NOW / 1000;
const ISSUER = "https://id.example.com/";
const config = {
  ...CONFIG,
  issuers: [
    sharedSecret({ issuer: "https://backend.example.com", audience: "uploads" }),
    jwks({
      issuer: ISSUER,
      jwksUrl: `${ISSUER}jwks`,
      audience: "uploads",
      algorithms: ["ES256", "RS256", "EdDSA"],
      userPrefix: "id",
    }),
  ],
};

/** Header parameters and claims: each is mostly what a sound token has. */
const tokenHeaders = fc.record(
  {
    alg: mostly(fc.constant("ES256"), anyJson),
    kid: mostly(fc.constant("k1"), anyJson),
    typ: mostly(fc.constant("JWT"), anyJson),
    crit: anyJson,
    b64: anyJson,
    zip: fc.constant("DEF"),
    jwk: anyJson,
    jku: fc.constant("https://evil.example/jwks"),
    x5u: fc.constant("https://evil.example/x5u"),
    cty: fc.constant("JWT"),
  },
  { requiredKeys: ["alg", "kid"] },
);
const claims = fc.record(
  {
    iss: mostly(fc.constantFrom(ISSUER, "https://backend.example.com"), anyJson),
    aud: mostly(fc.constant("uploads"), anyJson),
    sub: mostly(fc.constantFrom("alice", "auth0|1"), anyJson),
    exp: mostly(fc.constant(SECONDS + 60), anyJson),
    nbf: anyJson,
    iat: anyJson,
    policies: mostly(fc.constant(["document"]), anyJson),
    maxBytes: mostly(fc.constant(10), anyJson),
    key: anyJson,
    actions: mostly(fc.constant(["upload"]), anyJson),
    tenant: anyJson,
  },
  { requiredKeys: ["iss", "aud", "sub", "exp"] },
);

interface Request {
  readonly token: string;
  readonly answer: () => Response;
}

async function ask({ token, answer }: Request): Promise<{ response: Response; urls: string[] }> {
  const urls: string[] = [];
  const worker = startWorker({
    config,
    dependencies: {
      fetch: async (url) => {
        urls.push(url);
        return Promise.resolve(answer());
      },
    },
  });
  let response = new Response();
  const spentMs = await leastCpuMs(async () => {
    // A batch: the simulator, which is compared with single uploads, verifies no token.
    response = await worker.fetch("/v1/uploads/batch", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        uploads: [{ policy: "document", filename: "a", contentType: "text/plain", size: 5 }],
      }),
    });
  }, HANG_MS);
  expect(spentMs).toBeLessThan(HANG_MS);
  return { response, urls };
}

async function expectNoFailure({ response, urls }: Awaited<ReturnType<typeof ask>>): Promise<void> {
  const text = await response.text();
  expect(response.status, text).toBeLessThan(500);
  if (response.status === 200) expect(text).not.toContain('"code":"internal"');
  else expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(urls.filter((url) => url !== `${ISSUER}jwks`)).toEqual([]);
}

describe("whatever an issuer publishes", async () => {
  const signer = await createSigner("k1");
  const token = await signer.mint({
    iss: ISSUER,
    aud: "uploads",
    sub: "alice",
    exp: SECONDS + 60,
  });
  const keys = fc.oneof(
    fc.constant(signer.jwk),
    fc.record(
      {
        kty: mostly(fc.constantFrom("EC", "RSA", "OKP", "oct"), anyJson),
        crv: mostly(fc.constantFrom("P-256", "Ed25519"), anyJson),
        kid: mostly(fc.constant("k1"), anyJson),
        alg: mostly(fc.constantFrom("ES256", "RS256"), anyJson),
        use: anyJson,
        key_ops: anyJson,
        ext: anyJson,
        x: mostly(fc.constant(signer.jwk["x"]), anyJson),
        y: mostly(fc.constant(signer.jwk["y"]), anyJson),
        n: mostly(fc.constant("AQAB".repeat(100)), anyJson),
        e: mostly(fc.constant("AQAB"), anyJson),
        k: anyJson,
        d: anyJson,
        x5c: anyJson,
      },
      { requiredKeys: ["kty"] },
    ),
    anyJson,
  );
  const bodies = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(keys, { maxLength: 4 }).map((all) => JSON.stringify({ keys: all })),
    },
    { weight: 1, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: anyText },
    { weight: 1, arbitrary: fc.uint8Array() },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("[", '{"keys":[', " ", '{"kty":"EC"},', '{"a":'), fc.nat(65_000))
        .map(([text, length]) => text.repeat(length / text.length)),
    },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 700 }).map((count) => {
        const many = Array.from({ length: count }, () => ({ ...signer.jwk, x: "AA" }));
        return JSON.stringify({ keys: many });
      }),
    },
  );

  it("is a caller or 401, without a hang", async () => {
    await expectAlways(
      fc.asyncProperty(
        mostly(fc.constant(200), fc.constantFrom(203, 302, 404, 500, 503)),
        bodies,
        async (status, body) => {
          const answer = () => new Response(body, { status });
          await expectNoFailure(await ask({ token, answer }));
        },
      ),
      200,
    );
  });
});

describe("whatever a token holds", async () => {
  const signer = await createSigner("k1");
  const answer = () => Response.json({ keys: [signer.jwk] });

  it("is a caller or a problem if its issuer signed it, without a hang", async () => {
    await expectAlways(
      fc.asyncProperty(tokenHeaders, claims, fc.boolean(), async (header, payload, isShared) => {
        const token = isShared
          ? await mintShared(SECRET, payload, { ...header, alg: "HS256" })
          : await signer.mint(payload, header);
        await expectNoFailure(await ask({ token, answer }));
      }),
      200,
    );
  });

  it("is 401 if nobody signed it", async () => {
    const segments = fc.oneof(
      fc.oneof(tokenHeaders, claims).map((value) => {
        const bytes = new TextEncoder().encode(JSON.stringify(value));
        return btoa(String.fromCharCode(...bytes));
      }),
      fc.stringMatching(/^[\w-]{0,40}$/),
      fc.constantFrom("", ".", "e30", "bnVsbA", "W10", "eyJhbGciOiJub25lIn0"),
    );
    await expectAlways(
      fc.asyncProperty(fc.array(segments, { maxLength: 6 }), async (all) => {
        const { response, urls } = await ask({ token: all.join("."), answer });
        expect(response.status).toBe(401);
        expect(urls.length).toBeLessThanOrEqual(1);
      }),
      200,
    );
  });
});
