import { describe, expect, it } from "vitest";
import { createMountedApp } from "../../../src/http/mounted-app.ts";
import { ADMIN_CONFIG, ADMIN_ENV, ADMIN_ISSUER, adminToken } from "../support/admin.ts";
import {
  CONFIG,
  ENV,
  SECRET,
  startWorker,
  tokenFor,
  type TestWorker,
} from "../support/start-worker.ts";
import { mintUnsigned } from "../support/tokens.ts";

const start = (config: unknown = ADMIN_CONFIG) => startWorker({ config, env: ADMIN_ENV });

type Init = NonNullable<Parameters<TestWorker["fetch"]>[1]>;

async function ask(
  worker: TestWorker,
  token: string | undefined,
  init: Init & { readonly path?: string } = {},
): Promise<{ readonly status: number; readonly code: string | undefined; readonly all: Response }> {
  const { path = "/v1/admin/none", headers, ...rest } = init;
  const all = await worker.fetch(path, {
    ...rest,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...Object.fromEntries(new Headers(headers)),
    },
  });
  const text = await all.clone().text();
  const { code } = (text === "" ? {} : JSON.parse(text)) as { readonly code?: string };
  return { status: all.status, code, all };
}

describe("/v1/admin", () => {
  it("is not there where no issuer is one of admins", async () => {
    const worker = startWorker({ config: CONFIG, env: ENV });
    for (const path of ["/v1/admin", "/v1/admin/revocations", "/v1/none"]) {
      expect(await ask(worker, await tokenFor(), { path })).toMatchObject({ status: 404 });
      expect(await ask(worker, undefined, { path })).toMatchObject({ status: 401 });
    }
  });

  it("says to an admin which paths are not there", async () => {
    const token = await adminToken();
    for (const path of ["/v1/admin", "/v1/admin/", "/v1/admin/none/x"])
      expect(await ask(start(), token, { path })).toMatchObject({ status: 404, code: "not-found" });
  });

  it("answers the valid token of a user with not-admin", async () => {
    expect(await ask(start(), await tokenFor())).toMatchObject({ status: 403, code: "not-admin" });
  });

  it("answers everything else as every other route does", async () => {
    const worker = start();
    const users = await ask(worker, "garbage", { path: "/v1/policies" });
    const challenge = users.all.headers.get("www-authenticate");
    const tokens = {
      none: undefined,
      garbage: "garbage",
      unsigned: mintUnsigned({ iss: "https://backend.example.com", aud: "uploads-admin" }),
      "with the secret of users": await adminToken({}, SECRET),
      expired: await adminToken({ exp: 1 }),
      "for another audience": await adminToken({ aud: "other" }),
      "without the claim": await adminToken({ role: undefined }),
      "with another value": await adminToken({ role: "editor" }),
      "with the claim as a list": await adminToken({ role: ["admin"] }),
      "restricted to uploads": await adminToken({ actions: ["upload"] }),
      "a user's, expired": await tokenFor({ exp: 1 }),
      "for users and admins": await adminToken({ aud: ["uploads", "uploads-admin"] }),
    };
    for (const [name, token] of Object.entries(tokens)) {
      const { status, code, all } = await ask(worker, token);
      expect({ name, status, code, challenge: all.headers.get("www-authenticate") }).toEqual({
        name,
        status: 401,
        code: "unauthenticated",
        challenge,
      });
    }
  });

  it("reads the token from Authorization alone", async () => {
    const config = {
      ...CONFIG,
      issuers: [{ ...CONFIG.issuers[0], tokenHeader: "x-token" }, ADMIN_ISSUER],
    };
    const worker = start(config);
    const token = await adminToken();
    for (const headers of [{ "x-token": token }, { cookie: `token=${token}` }])
      expect(await ask(worker, undefined, { headers })).toMatchObject({ status: 401 });
    for (const path of [`/v1/admin/none?token=${token}`, `/uppy/${token}/v1/admin/none`])
      expect([401, 404]).toContain((await ask(worker, undefined, { path })).status);
  });

  it("refuses pages, also allowed ones and preflights, without a CORS header", async () => {
    const token = await adminToken();
    const worker = start();
    const cases: readonly Init[] = [
      { headers: { origin: "https://app.example.com" } },
      { headers: { origin: "https://evil.example" } },
      { headers: { origin: "null" } },
      { headers: { "sec-fetch-site": "same-origin" } },
      { headers: { "sec-fetch-site": "none" } },
      {
        method: "OPTIONS",
        headers: {
          origin: "https://app.example.com",
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization",
        },
      },
    ];
    for (const init of cases) {
      const { status, code, all } = await ask(worker, token, init);
      expect({ init, status, code }).toEqual({ init, status: 403, code: "origin-not-allowed" });
      expect([...all.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual(
        [],
      );
    }
    const { all } = await ask(worker, token);
    expect([...all.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("does not answer HEAD, as no route that needs a token does", async () => {
    const path = "/v1/admin/users/alice/uploads";
    const token = await adminToken();
    expect((await ask(start(), token, { path })).status).not.toBe(404);
    expect((await ask(start(), token, { path, method: "HEAD" })).status).toBe(404);
  });

  it("does not answer a preflight without an origin either", async () => {
    expect(await ask(start(), undefined, { method: "OPTIONS" })).toMatchObject({ status: 401 });
  });

  it("never asks the app for a session", async () => {
    let asked = 0;
    const worker = startWorker({
      config: {
        ...CONFIG,
        issuers: [{ ...CONFIG.issuers[0], userPrefix: "a" }, ADMIN_ISSUER],
      },
      env: ADMIN_ENV,
      hooks: {
        authenticate: () => {
          asked += 1;
          return { user: "root" };
        },
      },
    });
    expect(await ask(worker, undefined)).toMatchObject({ status: 401 });
    expect(asked).toBe(0);
  });

  it("logs each call with its route's pattern and a digest of the admin, and nothing else", async () => {
    const worker = start();
    const token = await adminToken();
    await ask(worker, token, { path: "/v1/admin/users/alice%2Fsecret/uploads?key=private" });
    const { requestId, admin, ...called } = JSON.parse(
      worker.log.find((line) => line.includes("admin-called")) ?? "{}",
    ) as Record<string, unknown>;
    expect(called).toEqual({
      event: "admin-called",
      method: "GET",
      route: "/v1/admin/users/:user/uploads",
    });
    expect(admin).toMatch(/^[0-9a-f]{32}$/);
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(worker.log.join("\n")).not.toMatch(/alice|private|root/);
    expect(worker.log.join("\n")).not.toContain(token);
  });

  it("logs no call of anybody else", async () => {
    const worker = start();
    await ask(worker, await tokenFor());
    await ask(worker, undefined);
    expect(worker.log.join("\n")).not.toContain("admin-called");
  });

  it("counts the address and the admin", async () => {
    const counted: string[] = [];
    const binding = {
      limit: async ({ key }: { key: string }) => {
        counted.push(key);
        return Promise.resolve({ success: !key.includes("203.0.113.9") });
      },
    };
    const worker = startWorker({
      config: ADMIN_CONFIG,
      env: { ...ADMIN_ENV, RATE_LIMIT_ADDRESS: binding, RATE_LIMIT_CALLER: binding },
    });
    const headers = { "cf-connecting-ip": "203.0.113.1" };
    await ask(worker, await adminToken(), { headers });
    expect(counted).toEqual(["203.0.113.1", "admin https://backend.example.com root"]);
    const flood = { "cf-connecting-ip": "203.0.113.9" };
    expect(await ask(worker, undefined, { headers: flood })).toMatchObject({ status: 429 });
  });

  it("is there below the path of another app", async () => {
    const app = createMountedApp(start().worker.answer);
    const response = await app.request("/v1/admin/none", {
      headers: { authorization: `Bearer ${await tokenFor()}` },
    });
    expect(response.status).toBe(403);
  });
});

describe("an admin token", () => {
  it.for([
    ["GET", "/v1/policies"],
    ["POST", "/v1/uploads"],
    ["GET", "/v1/uploads"],
    ["POST", "/v1/downloads"],
    ["DELETE", "/v1/objects"],
    ["GET", "/presigned-url"],
    ["POST", "/s3/presign"],
    ["GET", "/s3/params"],
  ] as const)("is refused by %s %s, wherever its issuer is in the list", async ([method, path]) => {
    for (const issuers of [
      [CONFIG.issuers[0], ADMIN_ISSUER],
      [ADMIN_ISSUER, CONFIG.issuers[0]],
    ]) {
      const worker = start({ ...CONFIG, issuers });
      for (const claims of [{}, { aud: ["uploads", "uploads-admin"] }]) {
        const token = await adminToken(claims);
        expect(await ask(worker, token, { method, path })).toMatchObject({ status: 401 });
        const [, uppy] = path.split("/s3/");
        if (uppy === undefined) continue;
        const hidden = `/uppy/${token}/s3/${uppy}`;
        expect(await ask(worker, undefined, { method, path: hidden })).toMatchObject({
          status: 401,
        });
      }
    }
  });

  it("signed with the users' key is refused, also for both audiences", async () => {
    for (const aud of ["uploads-admin", ["uploads", "uploads-admin"]]) {
      const token = await tokenFor({ aud, role: "admin" });
      expect(await ask(start(), token, { path: "/v1/policies" })).toMatchObject({ status: 401 });
      expect(await ask(start(), token)).toMatchObject({ status: 401 });
    }
  });
});
