import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build as bundle } from "esbuild";
import jwt from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestHarness } from "wrangler";
import { makeBuiltModule } from "../../../cli/build/built-module.ts";
import { findStaleBuild } from "../../../cli/build/stale-build.ts";
import { defineConfig, r2, sharedSecret } from "../../../src/define.ts";
import { runCommand } from "../support/command.ts";

const POLICY = {
  store: "media",
  key: "users/{user}/{id}.{ext}",
  types: ["image/png"],
  maxBytes: "5 MB",
} as const;
const CONFIG = defineConfig({
  origins: ["https://app.acme.dev"],
  issuers: [sharedSecret({ issuer: "backend", audience: "uploads" })],
  stores: { media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "media" }) },
  defaultPolicy: "photo",
  policies: { photo: POLICY },
});
const WITH_QUOTA = { ...CONFIG, policies: { photo: { ...POLICY, quota: { pending: 3 } } } };
const ADMINS = sharedSecret({
  issuer: "backend",
  audience: "admins",
  secret: "ADMIN_SECRET",
  claims: { role: ["admin"] },
  admin: true,
});
const REVOCABLE = { ...CONFIG, revocations: true, issuers: [...(CONFIG.issuers ?? []), ADMINS] };
const SECRETS = {
  ADMIN_SECRET: "a third secret of thirty-two characters, or more",
  AUTH_SECRET: "one secret of thirty-two characters, or more",
  UPLOAD_ID_SECRET: "another secret of thirty-two characters, or more",
  RECEIPT_PRIVATE_KEY: JSON.stringify({
    kty: "EC",
    crv: "P-256",
    x: "x",
    y: "y",
    d: "a private key",
  }),
  MEDIA_ACCESS_KEY_ID: "an access key",
  MEDIA_SECRET_ACCESS_KEY: "a secret access key",
};

/** Inside the project, from where the module finds the source; git ignores it. */
let folder: string;
beforeAll(() => {
  mkdirSync("gen", { recursive: true });
  folder = mkdtempSync(join("gen", "test-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, definition: unknown) => {
  const file = join(folder, name);
  writeFileSync(file, `export default ${JSON.stringify(definition)};`);
  return file;
};

describe("npx edge-presigner build", () => {
  it("writes the module, and writes it again only where it changes", async () => {
    const config = write("presigner.config.ts", CONFIG);
    const args = ["build", "--config", config, "--out", join(folder, "presigner.ts")];
    const first = await runCommand(args, SECRETS);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    expect(first.stdout).toContain("is written");
    expect(first.stdout).toContain("Not in the bundle: the ledger");
    const { mtimeMs } = statSync(join(folder, "presigner.ts"));

    expect((await runCommand(args)).stdout).toContain("is up to date");
    expect(statSync(join(folder, "presigner.ts")).mtimeMs).toBe(mtimeMs);

    write("presigner.config.ts", WITH_QUOTA);
    const third = await runCommand([...args, "--json"]);
    expect(JSON.parse(third.stdout)).toMatchObject({
      isChanged: true,
      policies: ["photo"],
      leftOut: [],
    });
  });

  it("writes no secret, also where the environment has them", async () => {
    const config = write("secrets.config.ts", CONFIG);
    const out = join(folder, "secrets.ts");
    await runCommand(["build", "--config", config, "--out", out], SECRETS);
    const text = readFileSync(out, "utf8");
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
    expect(text).not.toContain("private key");
  });

  it("names every error, and leaves the earlier module", async () => {
    const out = join(folder, "kept.ts");
    writeFileSync(out, "earlier");
    const invalid = write("invalid.config.ts", { ...CONFIG, defaultPolicy: "x", origins: ["*"] });
    const { status, stderr } = await runCommand(["build", "--config", invalid, "--out", out]);
    expect(status).toBe(2);
    expect(stderr).toContain("defaultPolicy");
    expect(stderr).toContain("origins.0");
    expect(readFileSync(out, "utf8")).toBe("earlier");
  });
});

describe("the built module", () => {
  it("imports the package, where it is not inside its project", () => {
    const file = join(tmpdir(), "gen", "presigner.ts");
    expect(makeBuiltModule(CONFIG, file).text).toContain('from "edge-presigner/built"');
  });

  it("is stale after a change of the configuration or of the package", () => {
    const file = join(folder, "stale.ts");
    expect(findStaleBuild(CONFIG, file)).toBeUndefined();
    const { text } = makeBuiltModule(CONFIG, file);
    writeFileSync(file, text);
    expect(findStaleBuild(CONFIG, file)).toBeUndefined();
    const detail = "is of an earlier configuration or package: run npx edge-presigner build";
    const stale = { path: file, detail };
    expect(findStaleBuild(WITH_QUOTA, file)).toEqual(stale);
    writeFileSync(file, text.replace(/edge-presigner \d+/, "edge-presigner 99"));
    expect(findStaleBuild(CONFIG, file)).toEqual(stale);
  });

  it.for([
    ["without a quota", CONFIG, false],
    ["with a quota", WITH_QUOTA, true],
    ["with revocations", REVOCABLE, true],
  ] as const)(
    "has no compiler in its bundle, and the ledger only %s",
    async ([, definition, has]) => {
      const file = join(folder, "bundled.ts");
      writeFileSync(file, makeBuiltModule(definition, file).text);
      const { metafile } = await bundle({
        entryPoints: [file],
        bundle: true,
        write: false,
        format: "esm",
        metafile: true,
        external: ["cloudflare:workers"],
      });
      const inputs = Object.values(metafile.outputs)
        .flatMap((output) => Object.entries(output.inputs))
        .flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
      expect(inputs).toContain("src/config/join-secrets.ts");
      for (const path of [
        "compile",
        "policy-schema",
        "check-policy",
        "issuer-schema",
        "store-schema",
      ])
        expect(inputs).not.toContain(`src/config/${path}.ts`);
      expect(inputs).not.toContain("src/store/providers.ts");
      expect(inputs.includes("src/ledger/reserve.ts")).toBe(has);
    },
  );

  it.for([
    ["an unused ledger", CONFIG, [401, 200]],
    ["a ledger", WITH_QUOTA, [401, 200]],
    ["revocations", REVOCABLE, [201, 403]],
  ] as const)("runs in workerd, with %s", async ([, definition, statuses]) => {
    const file = join(folder, "presigner.ts");
    writeFileSync(file, makeBuiltModule(definition, file).text);
    const main = join(folder, "index.ts");
    writeFileSync(
      main,
      `import { createPresigner } from "./presigner.ts";
const presigner = createPresigner();
export default { fetch: presigner.fetch };
export class Ledger extends presigner.Ledger {}`,
    );
    const harness = createTestHarness({
      workers: [
        {
          config: {
            name: "built",
            main: resolve(main),
            compatibility_date: "2026-11-01",
            vars: SECRETS,
            durable_objects: { bindings: [{ name: "LEDGER", class_name: "Ledger" }] },
            migrations: [{ tag: "v1", new_sqlite_classes: ["Ledger"] }],
          },
        },
      ],
    });
    const { url } = await harness.listen();
    try {
      const token = jwt.sign({}, SECRETS.AUTH_SECRET, {
        issuer: "backend",
        audience: "uploads",
        subject: "alice",
        expiresIn: "1 h",
      });
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const body = JSON.stringify({ filename: "a.png", contentType: "image/png", size: 5 });
      const created = await fetch(new URL("/v1/uploads", url), { method: "POST", headers, body });
      expect(created.status).toBe(201);
      const listed = await fetch(new URL("/v1/uploads", url), { headers });
      expect(listed.status).toBe(200);
      const { uploads } = (await listed.json()) as { uploads: readonly unknown[] };
      expect(uploads).toHaveLength(definition === WITH_QUOTA ? 1 : 0);
      const admin = jwt.sign({ role: "admin" }, SECRETS.ADMIN_SECRET, {
        issuer: "backend",
        audience: "admins",
        subject: "root",
        expiresIn: "1 h",
      });
      const revoked = await fetch(new URL("/v1/admin/revocations", url), {
        method: "POST",
        headers: { authorization: `Bearer ${admin}`, "content-type": "application/json" },
        body: JSON.stringify({ user: "alice" }),
      });
      const later = await fetch(new URL("/v1/uploads", url), { headers });
      expect([revoked.status, later.status]).toEqual(statuses);
    } finally {
      await harness.close();
    }
  });
});
