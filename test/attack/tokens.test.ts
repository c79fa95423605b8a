/**
 * Tokens that nobody issued.
 *
 * CVE-2026-22817 and CVE-2026-22818 (Hono: the token chooses the algorithm), CVE-2015-9235 (jsonwebtoken:
 * `none`), and keys that a token brings along (`jwk`, `jku`, `x5u`). With published keys:
 * test/unit/grant/authenticate.test.ts.
 */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { DOCUMENT, alice, server } from "./support/attack.ts";

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const PEM = publicKey.export({ type: "spki", format: "pem" }).toString();
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const hmac = (input: string, secret: string, hash = "sha256") =>
  createHmac(hash, secret).update(input).digest("base64url");

/** Believes the header, as a first tutorial does: `none` is no signature, and HS256 takes any key. */
function verifyCarelessly(token: string, key: string): unknown {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
  const { alg } = read(header) as { readonly alg: string };
  const isValid =
    alg.toLowerCase() === "none" ||
    (alg === "HS256" && hmac(`${header}.${payload}`, key) === signature);
  return isValid ? read(payload) : undefined;
}

const CLAIMS = {
  iss: "development",
  aud: "edge-presigner",
  sub: "bob",
  exp: Math.floor(Date.now() / 1000) + 3600,
};
const unsigned = (header: object, claims: object = CLAIMS) => `${encode(header)}.${encode(claims)}`;

const NONE = `${unsigned({ alg: "none" })}.`;
/** Signed with the public key, which everybody has, as if it were a shared secret. */
const CONFUSED = `${unsigned({ alg: "HS256" })}.${hmac(unsigned({ alg: "HS256" }), PEM)}`;

function signWithOwnKey(header: object): string {
  const input = unsigned({ alg: "ES256", ...header });
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

const { AUTH_SECRET, UPLOAD_ID_SECRET } = DEVELOPMENT_SECRETS;
const shared = (header: object, claims: object, secret: string = AUTH_SECRET, hash = "sha256") =>
  `${unsigned(header, claims)}.${hmac(unsigned(header, claims), secret, hash)}`;

const FORGED: Readonly<Record<string, string>> = {
  "without a signature": NONE,
  "with NONE in capitals": `${unsigned({ alg: "NONE" })}.`,
  "without an algorithm": `${unsigned({})}.${hmac(unsigned({}), AUTH_SECRET)}`,
  "with a public key as its secret": CONFUSED,
  "with a key of its own": signWithOwnKey({ jwk: publicKey.export({ format: "jwk" }) }),
  "with a key at an address": signWithOwnKey({ jku: "https://evil.example/keys", kid: "1" }),
  "with a key that is a path": signWithOwnKey({ kid: "../../dev/null" }),
  "with another algorithm and the right secret": shared(
    { alg: "HS512" },
    CLAIMS,
    AUTH_SECRET,
    "sha512",
  ),
  "with the secret of ids": shared({ alg: "HS256" }, CLAIMS, UPLOAD_ID_SECRET),
  "with no secret": shared({ alg: "HS256" }, CLAIMS, ""),
  "of another issuer": shared({ alg: "HS256" }, { ...CLAIMS, iss: "Development" }),
  "of two issuers": shared({ alg: "HS256" }, { ...CLAIMS, iss: ["development"] }),
  "for another audience": shared({ alg: "HS256" }, { ...CLAIMS, aud: "edge-presigner2" }),
  "without an end": shared({ alg: "HS256" }, { ...CLAIMS, exp: undefined }),
  "that ends never": shared({ alg: "HS256" }, { ...CLAIMS, exp: "never" }),
  "with a user that is a list": shared({ alg: "HS256" }, { ...CLAIMS, sub: ["bob"] }),
  "with an unencoded payload": shared({ alg: "HS256", b64: false, crit: ["b64"] }, CLAIMS),
  "twice in the header": `${alice}, Bearer ${alice}`,
  "with a space": `${alice} `.replace(".", ". "),
};

const ask = async (headers: Readonly<Record<string, string>>, path = "/v1/uploads") => {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(DOCUMENT),
  });
  await response.text();
  return response.status;
};

describe("a forged token", () => {
  it("is believed by a careless verifier", () => {
    expect(verifyCarelessly(NONE, PEM)).toMatchObject({ sub: "bob" });
    expect(verifyCarelessly(CONFUSED, PEM)).toMatchObject({ sub: "bob" });
  });

  it("is one that would be accepted if it were signed", async () => {
    const good = shared({ alg: "HS256" }, CLAIMS);
    expect(await ask({ authorization: `Bearer ${good}` })).toBe(201);
  });

  it.for(Object.entries(FORGED))("is refused %s", async ([, token]) => {
    expect(await ask({ authorization: `Bearer ${token}` })).toBe(401);
  });

  it("tells nobody which policies there are", async () => {
    const list = async (claims: object) => {
      const token = shared({ alg: "HS256" }, { ...CLAIMS, ...claims });
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${server.url}/v1/policies`, { headers })).text();
    };
    expect(await list({})).toContain('"document"');
    for (const claims of [{ policies: ["photo"] }, { key: "photos/bob/" }]) {
      const text = await list(claims);
      expect(text).toContain('"photo"');
      expect(text).not.toContain("document");
    }
    for (const claims of [{ policies: [] }, { actions: [] }, { key: "x" }])
      expect(await list(claims)).toBe('{"policies":[]}');
    for (const text of await Promise.all(
      [{ aud: "others" }, { exp: 1 }, { actions: ["all"] }].map(list),
    ))
      expect(text).toContain("unauthenticated");
  });

  it("is looked for in Authorization alone", async () => {
    for (const header of [
      "cf-access-jwt-assertion",
      "x-access-token",
      "cookie",
      "proxy-authorization",
      "x-forwarded-user",
    ])
      expect(await ask({ [header]: `Bearer ${alice}` })).toBe(401);
    for (const query of [
      `?token=${alice}`,
      `?access_token=${alice}`,
      `?authorization=Bearer ${alice}`,
    ])
      expect(await ask({}, `/v1/uploads${query}`)).toBe(401);
  });
});
