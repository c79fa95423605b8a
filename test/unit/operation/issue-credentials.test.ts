import { describe, expect, it } from "vitest";
import type { Hooks, Question } from "../../../src/hooks.ts";

import {
  ACCOUNT,
  CONFIG,
  ENV,
  NOW,
  startWorker,
  tokenFor,
  type TestWorker,
} from "../support/start-worker.ts";

const ROLE = "arn:aws:iam::123456789012:role/scoped";
const SECRETS = {
  ...ENV,
  EUROPE_SCOPED_ACCESS_KEY_ID: "PARENTOFEUROPE",
  EUROPE_SCOPED_SECRET_ACCESS_KEY: "the-secret-of-the-parent-of-europe",
  MEDIA_SCOPED_ACCESS_KEY_ID: "PARENTOFMEDIA",
  MEDIA_SCOPED_SECRET_ACCESS_KEY: "the-secret-of-the-parent-of-media",
};
const sync = {
  store: "europe",
  key: "sync/{user}/",
  credentials: { actions: ["read", "write"], expiresIn: "1 h" },
} as const;
const POLICIES = {
  ...CONFIG.policies,
  sync,
  backup: {
    ...sync,
    key: "backup/{user}/",
    credentials: { actions: ["read"] },
    expiresWithToken: true,
  },
  jobs: {
    store: "media",
    key: "jobs/{user}/",
    credentials: { actions: ["read", "write"], roleArn: ROLE },
    expiresWithToken: true,
  },
};
const config = { ...CONFIG, policies: POLICIES };

interface Setting {
  readonly worker: TestWorker;
  readonly sent: URLSearchParams[];
}

const xml = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, text]) => `<${name}>${text}</${name}>`)
    .join("");
const ANSWER = `<AssumeRoleResponse><AssumeRoleResult><Credentials>${xml({
  AccessKeyId: "ASIATEMPORARY",
  SecretAccessKey: "temporary-secret",
  SessionToken: "temporary-token",
  Expiration: "2026-11-22T07:15:00Z",
})}</Credentials></AssumeRoleResult></AssumeRoleResponse>`;

function start(hooks?: Hooks): Setting {
  const sent: URLSearchParams[] = [];
  const fetch = async (_: string, init: RequestInit) => {
    sent.push(new URLSearchParams(await new Response(init.body).text()));
    return new Response(ANSWER);
  };
  const worker = startWorker({
    config,
    env: SECRETS,
    dependencies: { fetch },
    ...(hooks && { hooks }),
  });
  return { worker, sent };
}

type Fields = Readonly<Record<string, unknown>>;

async function ask(
  { worker }: Setting,
  body: Fields,
  {
    claims = {},
    headers = {},
  }: { claims?: Fields; headers?: Readonly<Record<string, string>> } = {},
) {
  const response = await worker.fetch("/v1/credentials", {
    method: "POST",
    headers: {
      authorization: `Bearer ${await tokenFor(claims)}`,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const answer: Readonly<Record<string, unknown>> = await response.json();
  return { status: response.status, headers: response.headers, answer };
}

/** What R2 reads of a session token. */
function tokenOf(answer: Fields): Fields {
  const jwt = atob(String(answer["sessionToken"])).slice("jwt/".length);
  const [, payload = ""] = jwt.split(".");
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as Fields;
}

describe("POST /v1/credentials", () => {
  it("gives credentials for the caller's own prefix, on R2 without a request", async () => {
    const setting = start();
    const { status, headers, answer } = await ask(setting, { policy: "sync" });
    expect(status).toBe(201);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(answer).toEqual({
      accessKeyId: "PARENTOFEUROPE",
      secretAccessKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      sessionToken: expect.any(String) as string,
      expiresAt: "2026-11-22T08:00:00Z",
      expiresIn: 3600,
      endpoint: `https://${ACCOUNT}.eu.r2.cloudflarestorage.com`,
      region: "auto",
      bucket: "acme-europe",
      prefix: "sync/alice/",
      addressing: "path",
    });
    expect(tokenOf(answer)).toMatchObject({
      bucket: "acme-europe",
      paths: { prefixPaths: ["sync/alice/"], objectPaths: [] },
    });
    expect(setting.sent).toEqual([]);
  });

  it("asks the STS on AWS, for a session of this caller that ends in time", async () => {
    const setting = start();
    const { status, answer } = await ask(setting, { policy: "jobs", actions: ["write"] });
    expect(status).toBe(201);
    expect(answer).toEqual({
      accessKeyId: "ASIATEMPORARY",
      secretAccessKey: "temporary-secret",
      sessionToken: "temporary-token",
      expiresAt: "2026-11-22T07:15:00Z",
      expiresIn: 900,
      endpoint: "https://s3.ap-northeast-2.amazonaws.com",
      region: "ap-northeast-2",
      bucket: "acme-media",
      prefix: "jobs/alice/",
      addressing: "virtual-host",
    });
    const [sent] = setting.sent;
    expect(sent?.get("RoleArn")).toBe(ROLE);
    expect(sent?.get("DurationSeconds")).toBe("900");
    expect(sent?.get("RoleSessionName")).toMatch(/^[0-9a-f]{64}$/);
    expect(sent?.get("Policy")).toContain('"arn:aws:s3:::acme-media/jobs/alice/*"');
    expect(sent?.get("Policy")).not.toContain("GetObject");
  });

  it("asks the STS anew for each request, and keeps nothing", async () => {
    const setting = start();
    await ask(setting, { policy: "jobs" });
    await ask(setting, { policy: "jobs" }, { claims: { sub: "bob" } });
    const [alice, bob] = setting.sent;
    expect(setting.sent).toHaveLength(2);
    expect(bob?.get("Policy")).toContain("/jobs/bob/*");
    expect(bob?.get("RoleSessionName")).not.toBe(alice?.get("RoleSessionName"));
  });

  it.for([
    ["../bob", "sync/.2e.2e.2fbob/"],
    ["*", "sync/.2a/"],
    ["|x", "sync/.7cx/"],
    ["${aws:username}", "sync/.24.7baws.3ausername.7d/"],
    ["bob/", "sync/bob.2f/"],
  ] as const)("encodes the user %s as one folder", async ([sub, prefix]) => {
    const { answer } = await ask(start(), { policy: "sync" }, { claims: { sub } });
    expect(answer).toMatchObject({ prefix });
    expect(tokenOf(answer)).toMatchObject({ paths: { prefixPaths: [prefix] } });
  });

  it("gives at most what the policy has", async () => {
    const refused = await ask(start(), { policy: "backup", actions: ["read", "write"] });
    expect(refused).toMatchObject({ status: 403, answer: { code: "forbidden" } });
    const { answer } = await ask(start(), { policy: "backup" });
    expect(tokenOf(answer)["scope"]).toBe("object-read-only");
  });

  it.for([
    [{ actions: ["upload", "download", "delete", "list"] }],
    [{ policies: ["photo"] }],
    [{ maxBytes: 10 }],
    [{ key: "sync/alice/a.txt" }],
    [{ key: "sync/alice" }],
    [{ key: "sync/alice/inbox/" }],
    [{ key: "sync/bob/" }],
  ] as const)("gives none that would bypass the restriction of a token: %j", async ([claims]) => {
    const refused = await ask(start(), { policy: "sync" }, { claims });
    expect(refused).toMatchObject({ status: 403, answer: { code: "forbidden" } });
  });

  it.for([
    [{ actions: ["credentials"] }],
    [{ policies: ["sync"] }],
    [{ key: "sync/" }],
    [{ key: "sync/alice/" }],
  ] as const)("gives them with a restriction that they keep: %j", async ([claims]) => {
    expect(await ask(start(), { policy: "sync" }, { claims })).toMatchObject({ status: 201 });
  });

  it.for([{ origin: "https://app.example.com" }, { "sec-fetch-site": "same-origin" }])(
    "gives none to a page: %j",
    async (headers) => {
      const refused = await ask(start(), { policy: "sync" }, { headers });
      expect(refused).toMatchObject({ status: 403, answer: { code: "origin-not-allowed" } });
    },
  );

  it("ends them with the token under expiresWithToken, and gives none that would outlive it", async () => {
    const inSeconds = (seconds: number) => ({ claims: { exp: NOW / 1000 + seconds } });
    expect((await ask(start(), { policy: "backup" }, inSeconds(600))).answer).toMatchObject({
      expiresIn: 600,
    });
    expect((await ask(start(), { policy: "sync" }, inSeconds(600))).answer).toMatchObject({
      expiresIn: 3600,
    });
    expect(await ask(start(), { policy: "backup" }, inSeconds(59))).toMatchObject({ status: 401 });
    // AssumeRole gives no shorter life than 15 minutes.
    expect(await ask(start(), { policy: "jobs" }, inSeconds(899))).toMatchObject({ status: 401 });
  });

  it("names what is wrong with a request", async () => {
    const pointerOf = async (body: Fields) => {
      const { status, answer } = await ask(start(), body);
      expect(status).toBe(422);
      return (answer["errors"] as readonly { readonly pointer: string }[])[0]?.pointer;
    };
    expect(await pointerOf({})).toBe("/policy");
    expect(await pointerOf({ policy: "photo" })).toBe("/policy");
    expect(await pointerOf({ policy: "sync", actions: [] })).toBe("/actions");
    expect(await pointerOf({ policy: "sync", actions: ["delete"] })).toBe("/actions/0");
    expect(await pointerOf({ policy: "sync", prefix: "sync/bob/" })).toBe("/prefix");
    expect(await ask(start(), { policy: "nobody" })).toMatchObject({ status: 404 });
  });

  it("writes down that they were given, and nothing that can be used", async () => {
    const setting = start();
    const answers = [
      (await ask(setting, { policy: "sync" })).answer,
      (await ask(setting, { policy: "jobs" })).answer,
    ];
    const log = setting.worker.log.join("\n");
    expect(log).toContain('"event":"credentials-issued","policy":"jobs","store":"media"');
    for (const { secretAccessKey, sessionToken } of answers) {
      expect(log).not.toContain(secretAccessKey);
      expect(log).not.toContain(sessionToken);
    }
    expect(log).not.toContain("the-secret-of-the-parent");
  });

  it("asks the hook authorize, and refuses with limits that only a ticket keeps", async () => {
    const asked: Question[] = [];
    const answering = (answer: object | false) =>
      start({
        authorize: (question) => {
          asked.push(question);
          return answer;
        },
      });
    expect(await ask(answering({}), { policy: "sync" })).toMatchObject({ status: 201 });
    expect(asked[0]).toMatchObject({
      action: "credentials",
      policy: "sync",
      prefix: "sync/alice/",
      actions: ["read", "write"],
      caller: { user: "alice" },
    });
    for (const answer of [false, { types: ["image/png"] }, { maxBytes: 5 }] as const)
      expect(await ask(answering(answer), { policy: "sync" })).toMatchObject({ status: 403 });
    const shorter = await ask(answering({ expiresIn: "5 min" }), { policy: "sync" });
    expect(shorter.answer).toMatchObject({ expiresIn: 300 });
    // AssumeRole gives no shorter life than 15 minutes.
    expect(await ask(answering({ expiresIn: "5 min" }), { policy: "jobs" })).toMatchObject({
      status: 403,
    });
  });
});

describe("a policy that gives credentials", () => {
  it.for([
    ["POST", "/v1/uploads", { contentType: "image/png", size: 5 }],
    ["POST", "/v1/downloads", { key: "sync/alice/a" }],
    ["DELETE", "/v1/objects", { key: "sync/alice/a" }],
  ] as const)("gives no ticket: %s %s", async ([method, path, body]) => {
    const { worker } = start();
    const response = await worker.fetch(path, {
      method,
      headers: { authorization: `Bearer ${await tokenFor()}`, "content-type": "application/json" },
      body: JSON.stringify({ policy: "sync", ...body }),
    });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("gives credentials, with POST /v1/credentials");
  });
});

describe("GET /v1/policies", () => {
  const listed = async (claims: Fields = {}) => {
    const response = await start().worker.fetch("/v1/policies", {
      headers: { authorization: `Bearer ${await tokenFor(claims)}` },
    });
    const { policies } = await response.json<{ policies: readonly Fields[] }>();
    return policies.filter((one) => one["credentials"] !== undefined);
  };

  it("says which policies give credentials", async () => {
    expect(await listed()).toEqual([
      { name: "sync", credentials: ["read", "write"], expiresIn: 3600 },
      { name: "backup", credentials: ["read"], expiresIn: 900 },
      { name: "jobs", credentials: ["read", "write"], expiresIn: 900 },
    ]);
  });

  it("leaves out those that would be refused", async () => {
    expect(await listed({ actions: ["upload"] })).toEqual([]);
    expect(await listed({ maxBytes: 5 })).toEqual([]);
    expect(await listed({ policies: ["sync"] })).toHaveLength(1);
    expect(await listed({ exp: NOW / 1000 + 30 })).toHaveLength(1);
  });
});
