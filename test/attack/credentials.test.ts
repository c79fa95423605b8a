/**
 * Credentials beside their prefix, and beyond a token: confused deputies (CWE-441) and wildcards that reach a
 * session policy (CWE-943). What a store makes of them: test/stores/credentials-ceph.test.ts.
 */
import { describe, expect, it } from "vitest";
import { CREDENTIALS_CONFIG, CREDENTIALS_SECRETS } from "../e2e/support/record-credentials.ts";
import { startWorker } from "../e2e/support/record-failures.ts";

const ask = startWorker({}, CREDENTIALS_SECRETS, CREDENTIALS_CONFIG);

interface Answer {
  readonly sessionToken?: string;
  readonly code?: string;
}

/** The prefixes in a session token of R2; `undefined` for a refusal. */
function prefixesOf({ sessionToken }: Answer): readonly string[] | undefined {
  if (sessionToken === undefined) return undefined;
  const [, payload = ""] = Buffer.from(sessionToken, "base64").toString().slice(4).split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as {
    readonly paths: { readonly prefixPaths: readonly string[] };
  };
  return claims.paths.prefixPaths;
}

/** Puts the user's id into the prefix as it is, as a first version does. */
const careless = (user: string) => `sync/${user}/`;

describe("a user whose id is a path or a pattern", () => {
  it.for(["../bob", "*", "?", "${aws:username}", "bob/..", "a/../bob", "", "."])(
    "reaches no prefix but an own one: %j",
    async (user) => {
      const { answer } = await ask("POST", "/v1/credentials", { policy: "sync" }, { user });
      const prefixes = prefixesOf(answer.body as Answer) ?? [];
      expect(/[*?$]|\/\/|\/\.\.?\//.test(careless(user))).toBe(true);
      for (const prefix of prefixes) expect(prefix).toMatch(/^sync\/(?!\.{1,2}\/)[\w.-]+\/$/);
      expect(prefixes).not.toContain("sync/bob/");
    },
  );
});

describe("a request for credentials", () => {
  it.for([
    { policy: "sync", prefix: "sync/bob/" },
    { policy: "sync", key: "sync/bob/" },
    { policy: "sync", user: "bob" },
    { policy: "sync", actions: ["read", "admin"] },
    { policy: "document" },
    { policy: "__proto__" },
    { policy: ["sync"] },
    {},
  ])("chooses neither the prefix nor the rights: %j", async (body) => {
    const { answer } = await ask("POST", "/v1/credentials", body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(prefixesOf(answer.body as Answer)).toBeUndefined();
  });
});

describe("a policy of credentials", () => {
  it.for([
    ["POST", "/v1/uploads", { policy: "sync", contentType: "image/png", size: 5 }],
    ["POST", "/v1/downloads", { policy: "sync", key: "sync/alice/a.png" }],
    ["DELETE", "/v1/objects", { policy: "sync", key: "sync/alice/a.png" }],
    ["GET", "/presigned-url?policy=sync&fileName=a.png&fileType=image/png&fileSize=5", undefined],
  ] as const)("gives no ticket, with %s %s", async ([method, path, body]) => {
    const { answer } = await ask(method, path, body);
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body)).not.toContain("X-Amz-Signature");
  });
});
