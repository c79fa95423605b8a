/**
 * Admin routes for those who are none, and users whom an admin has revoked.
 *
 * A token of one kind for the other (RFC 8725 section 3.9: audience confusion), forged ones, a page that sends an
 * operator's token (CWE-352), and what was revoked, used again (CWE-613).
 */
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { askForTicket, tokenFor } from "../e2e/support/server.ts";
import { DOCUMENT, server } from "./support/attack.ts";

const { ADMIN_SECRET, AUTH_SECRET } = DEVELOPMENT_SECRETS;
const PATH = "/v1/admin/revocations";
/** Nobody else is revoked here: the other files share the server. */
const VICTIM = "nobody-else";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const hmac = (input: string, secret: string, hash = "sha256") =>
  createHmac(hash, secret).update(input).digest("base64url");
const shared = (
  claims: object,
  secret: string,
  header: object = { alg: "HS256" },
  hash?: string,
) => {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${hmac(input, secret, hash)}`;
};

const CLAIMS = {
  iss: "development",
  aud: "edge-presigner-admin",
  sub: "root",
  role: "admin",
  exp: Math.floor(Date.now() / 1000) + 3600,
};
const ADMIN = shared(CLAIMS, ADMIN_SECRET);

/** Believes whoever says to be an admin with any valid token, as a first version does. */
function isAdminCarelessly(token: string): boolean {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const secrets = [AUTH_SECRET, ADMIN_SECRET];
  const isValid = secrets.some((secret) => hmac(`${header}.${payload}`, secret) === signature);
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as typeof CLAIMS;
  return isValid && claims.role === "admin";
}

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly headers: Headers;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const { status, headers, ...response } = await send(path, init);
  const { code } = (response.text.startsWith("{") ? JSON.parse(response.text) : {}) as {
    readonly code?: string;
  };
  return { status, headers, code };
}

async function send(path: string, init: RequestInit) {
  const response = await fetch(server.url + path, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const JSON_BODY = { "content-type": "application/json" };
const revokeWith = async (
  headers: Readonly<Record<string, string>>,
  body: unknown = { user: VICTIM },
) =>
  ask(PATH, { method: "POST", headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(body) });

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
function signWithOwnKey(header: object): string {
  const input = `${encode({ alg: "ES256", ...header })}.${encode(CLAIMS)}`;
  const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}

const FORGED: Readonly<Record<string, string>> = {
  "without a signature": `${encode({ alg: "none" })}.${encode(CLAIMS)}.`,
  "with NONE in capitals": `${encode({ alg: "NONE" })}.${encode(CLAIMS)}.`,
  "with a key of its own": signWithOwnKey({ jwk: publicKey.export({ format: "jwk" }) }),
  "with a key at an address": signWithOwnKey({ jku: "https://evil.example/keys" }),
  "with the secret of users": shared(CLAIMS, AUTH_SECRET),
  "with another algorithm": shared(CLAIMS, ADMIN_SECRET, { alg: "HS512" }, "sha512"),
  "for users and admins at once": shared(
    { ...CLAIMS, aud: ["edge-presigner", CLAIMS.aud] },
    ADMIN_SECRET,
  ),
  "for users, with the admins' secret": shared({ ...CLAIMS, aud: "edge-presigner" }, ADMIN_SECRET),
  "for no audience": shared({ ...CLAIMS, aud: undefined }, ADMIN_SECRET),
  "without the claim": shared({ ...CLAIMS, role: undefined }, ADMIN_SECRET),
  "with the claim in capitals": shared({ ...CLAIMS, role: "ADMIN" }, ADMIN_SECRET),
  "with the claim as a list": shared({ ...CLAIMS, role: ["admin"] }, ADMIN_SECRET),
  "with the claim in an object": shared(
    { ...CLAIMS, role: undefined, claims: { role: "admin" } },
    ADMIN_SECRET,
  ),
  "that has expired": shared({ ...CLAIMS, exp: 1 }, ADMIN_SECRET),
  "without an end": shared({ ...CLAIMS, exp: undefined }, ADMIN_SECRET),
  "restricted to uploads": shared({ ...CLAIMS, actions: ["upload"] }, ADMIN_SECRET),
};

describe("whoever is no admin", () => {
  it("would be believed by a careless check, which is not made here", async () => {
    const user = tokenFor("mallory", { role: "admin" });
    expect(isAdminCarelessly(user)).toBe(true);
    expect(await revokeWith(bearer(user))).toMatchObject({ status: 403, code: "not-admin" });
  });

  it("is one whose token would be accepted if it were an admin's", async () => {
    expect(await revokeWith(bearer(ADMIN))).toMatchObject({ status: 201 });
  });

  it.for(Object.entries(FORGED))("is refused with a token %s", async ([, token]) => {
    expect(await revokeWith(bearer(token))).toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("gets no more with a claim that names an audience of admins", async () => {
    const both = shared(
      { ...CLAIMS, sub: "mallory", aud: ["edge-presigner", "edge-presigner-admin"] },
      AUTH_SECRET,
    );
    expect(await revokeWith(bearer(both))).toMatchObject({ status: 401 });
    expect(await ask("/v1/policies", { headers: bearer(both) })).toMatchObject({ status: 401 });
  });

  it("learns no paths, and nothing from what is wrong with the body", async () => {
    for (const path of [
      PATH,
      "/v1/admin",
      "/v1/admin/users/alice/uploads",
      "/v1/admin//revocations",
    ]) {
      expect(await ask(path)).toMatchObject({ status: 401 });
      expect(await ask(path, { headers: bearer(tokenFor("mallory")) })).toMatchObject({
        status: 403,
        code: "not-admin",
      });
    }
    for (const body of [{}, [], { all: "yes" }, null])
      expect(await revokeWith(bearer(tokenFor("mallory")), body)).toMatchObject({ status: 403 });
  });
});

describe("an admin token", () => {
  const ROUTES = [
    ["GET", "/v1/policies"],
    ["GET", "/v1/uploads"],
    ["POST", "/v1/uploads"],
    ["POST", "/v1/uploads/batch"],
    ["POST", "/v1/uploads/batch/complete"],
    ["POST", "/v1/downloads"],
    ["POST", "/v1/credentials"],
    ["DELETE", "/v1/objects"],
    ["GET", "/presigned-url?fileName=a.png&fileType=image/png&fileSize=5"],
    ["POST", "/s3/presign"],
    ["POST", "/s3/multipart"],
    ["GET", "/s3/params?filename=a.png&type=image/png"],
    ["GET", "/uppy/ADMIN/s3/params?filename=a.png&type=image/png"],
    ["POST", "/uppy/ADMIN/s3/presign"],
  ] as const;

  it.for(ROUTES)("opens no route of users: %s %s", async ([method, path]) => {
    const body = method === "GET" ? {} : { body: JSON.stringify(DOCUMENT) };
    expect(
      await ask(path.replace("ADMIN", ADMIN), {
        method,
        headers: { ...JSON_BODY, ...bearer(ADMIN) },
        ...body,
      }),
    ).toMatchObject({ status: 401 });
  });

  it("is read from Authorization alone, never from a path, a query or a cookie", async () => {
    for (const header of [
      "cookie",
      "x-access-token",
      "cf-access-jwt-assertion",
      "proxy-authorization",
    ])
      expect(await revokeWith({ [header]: `Bearer ${ADMIN}` })).toMatchObject({ status: 401 });
    for (const query of [`?token=${ADMIN}`, `?access_token=${ADMIN}`])
      expect(
        await ask(PATH + query, { method: "POST", headers: JSON_BODY, body: "{}" }),
      ).toMatchObject({ status: 401 });
    for (const path of [
      `/v1/admin/${ADMIN}/revocations`,
      `/uppy/${ADMIN}${PATH}`,
      `/${ADMIN}${PATH}`,
    ]) {
      const { status } = await ask(path, { method: "POST", headers: JSON_BODY, body: "{}" });
      expect([401, 404]).toContain(status);
    }
  });

  it("cannot be used by a page, whatever its origin, and no answer has a CORS header", async () => {
    const pages = [
      { origin: "http://localhost:3000" },
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: server.url, "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "cross-site" },
    ] as const;
    for (const page of pages) {
      const answers = [
        await revokeWith({ ...bearer(ADMIN), ...page }),
        await ask(PATH, {
          method: "OPTIONS",
          headers: { ...page, "access-control-request-method": "POST" },
        }),
      ];
      for (const { status, code, headers } of answers) {
        expect({ page, status, code }).toEqual({ page, status: 403, code: "origin-not-allowed" });
        expect([...headers.keys()].join()).not.toContain("access-control");
      }
    }
  });

  it("changes nothing with GET or HEAD, nor with a method in a header", async () => {
    const query = `${PATH}?user=${VICTIM}&all=true`;
    for (const method of ["GET", "HEAD", "PUT", "DELETE"])
      expect(
        await ask(query, {
          method,
          headers: { ...bearer(ADMIN), "x-http-method-override": "POST" },
        }),
      ).toMatchObject({ status: 404 });
  });

  it.for([
    [{ all: true, __proto__: null, user: VICTIM }],
    [JSON.parse('{"__proto__":{"all":true}}') as unknown],
    [[{ all: true }]],
    ["all"],
    [{ all: "true" }],
    [{ user: [VICTIM] }],
    [{ user: VICTIM, before: "9".repeat(40) }],
    [{ user: VICTIM, before: "2999-01-01T00:00:00Z\n" }],
    [{ user: VICTIM, iss: "development" }],
  ] as const)("revokes nothing by a body that is not quite right: %j", async ([body]) => {
    expect(await revokeWith(bearer(ADMIN), body)).toMatchObject({ status: 422 });
    expect(await ask("/v1/policies", { headers: bearer(tokenFor("alice")) })).toMatchObject({
      status: 200,
    });
  });

  it("needs JSON: a form of a page is refused", async () => {
    const headers = { ...bearer(ADMIN), "content-type": "application/x-www-form-urlencoded" };
    expect(await ask(PATH, { method: "POST", headers, body: "all=true" })).toMatchObject({
      status: 400,
    });
  });
});

describe("what was revoked", () => {
  const MULTIPART = {
    policy: "video",
    filename: "a.mp4",
    contentType: "video/mp4",
    size: 9_000_000,
  };

  it("is refused by every route, with the old token, and with a new one and the old id", async () => {
    const user = "revoked-rita";
    const old = tokenFor(user);
    const { id, key } = await askForTicket(server, old, MULTIPART);
    expect(await revokeWith(bearer(ADMIN), { user })).toMatchObject({ status: 201 });
    await wait(1100);
    const fresh = tokenFor(user);
    const query = `?key=${encodeURIComponent(key)}`;
    const uppy = { method: "PUT", key, uploadId: id, partNumber: 1 };
    const parts = { parts: [{ PartNumber: 1, ETag: "x" }] };
    const byId: readonly (readonly [string, string, object?])[] = [
      ["GET", `/v1/uploads/${id}`],
      ["GET", `/v1/uploads/${id}/parts`],
      ["POST", `/v1/uploads/${id}/parts`, { partNumbers: [1] }],
      ["POST", `/v1/uploads/${id}/complete`, {}],
      ["GET", `/s3/multipart/${id}${query}`],
      ["GET", `/s3/multipart/${id}/1${query}`],
      ["GET", `/s3/multipart/${id}/batch${query}&partNumbers=1`],
      ["POST", `/s3/multipart/${id}/complete${query}`, parts],
      ["DELETE", `/s3/multipart/${id}${query}`],
      ["GET", `/s3/uploads/${id}${query}`],
      ["DELETE", `/s3/uploads/${id}${query}`],
      ["POST", "/s3/presign", uppy],
      ["GET", `/uppy/${fresh}/s3/multipart/${id}${query}`],
      ["DELETE", `/v1/uploads/${id}`],
    ];
    const withoutId: readonly (readonly [string, string, object?])[] = [
      ["GET", "/v1/policies"],
      ["GET", "/v1/uploads"],
      ["POST", "/v1/uploads", DOCUMENT],
      ["POST", "/v1/uploads/batch", { uploads: [DOCUMENT] }],
      ["POST", "/v1/downloads", { policy: "document", key: `documents/${user}/x/y` }],
      ["POST", "/v1/credentials", { policy: "sync" }],
      ["DELETE", "/v1/objects", { policy: "document", key: `documents/${user}/x/y` }],
      ["GET", "/presigned-url?fileName=a.png&fileType=image/png&fileSize=5"],
      ["POST", "/s3/multipart", { filename: "a.mp4", type: "video/mp4" }],
    ];
    for (const [token, routes] of [
      [fresh, byId],
      [old, [...byId.filter(([, path]) => !path.startsWith("/uppy")), ...withoutId]],
    ] as const)
      for (const [method, path, body] of routes) {
        const { status, code } = await ask(path, {
          method,
          headers: { ...JSON_BODY, ...bearer(token) },
          ...(body && { body: JSON.stringify(body) }),
        });
        expect({ method, path, status, code }).toEqual({
          method,
          path,
          status: 403,
          code: "revoked",
        });
      }
    expect(await ask("/v1/policies", { headers: bearer(fresh) })).toMatchObject({ status: 200 });
  });

  it("cannot be made valid again by a token whose time is in the future, or none", async () => {
    const user = "revoked-tim";
    await revokeWith(bearer(ADMIN), { user });
    await wait(1100);
    const now = Math.floor(Date.now() / 1000);
    const claims = { ...CLAIMS, aud: "edge-presigner", sub: user };
    for (const iat of [now + 3600, now - 60, undefined])
      expect(
        await ask("/v1/policies", { headers: bearer(shared({ ...claims, iat }, AUTH_SECRET)) }),
      ).toMatchObject({ status: 403, code: "revoked" });
  });

  it("gets nothing out of ten requests that race with the revocation, once it is answered", async () => {
    const user = "revoked-ray";
    const token = tokenFor(user);
    const create = async () =>
      ask("/v1/uploads", {
        method: "POST",
        headers: { ...JSON_BODY, ...bearer(token) },
        body: JSON.stringify(DOCUMENT),
      });
    await Promise.all([revokeWith(bearer(ADMIN), { user }), ...Array.from({ length: 10 }, create)]);
    const later = await Promise.all(Array.from({ length: 10 }, create));
    expect(new Set(later.map(({ code }) => code))).toEqual(new Set(["revoked"]));
  });
});
