/** Programs and figures of docs/recipes that can be run here: clients, a backend's token, configurations, costs. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkEnvironments } from "../../../cli/check-environments.ts";
import { loadConfig, loadDefinition } from "../../../cli/load-config.ts";
import { readDeployments } from "../../../cli/read-deployments.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { readPrograms } from "../support/recipe.ts";
import { call, startServer, tokenFor, type Server } from "../support/server.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, "node_modules/.cache/recipes-runs");

let server: Server;
beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  server = await startServer();
});
afterAll(async () => server.close());

/** Writes a program of a page as a module, and imports it. */
async function run(name: string, text: string): Promise<Record<string, unknown>> {
  const file = join(FOLDER, `${name}.mjs`);
  writeFileSync(file, transformSync(text, { loader: "ts" }).code);
  return (await import(file)) as Record<string, unknown>;
}

const findProgram = (page: string, part: string) => {
  const found = readPrograms(`docs/recipes/${page}.md`).find(({ text }) => text.includes(part));
  if (!found) throw new Error(`${page} has no program with ${part}`);
  return found.text;
};

describe("a client that is migrated", () => {
  const before = (policy: string) => `
    const service = ${JSON.stringify(server.url)};
    const token = ${JSON.stringify(tokenFor("recipe"))};
    const file = new File(["hello"], "a.png", { type: "image/png" });
    const policy = ${JSON.stringify(policy)};
  `;

  it("stores a file with GET /presigned-url, as the guide's did", async () => {
    const program = findProgram("migrate-lambda-guide", "URLSearchParams");
    const { key } = await run("guide", `${before("")}${program}\nexport { key };`);
    const stored = await server.read(String(key));
    expect(Buffer.from(stored?.bytes ?? []).toString()).toBe("hello");
    expect(stored?.contentType).toBe("image/png");
  });

  it("stores a file with a ticket's method, URL and headers", async () => {
    const program = findProgram("migrate-aws4fetch", "/v1/uploads");
    const { id } = await run("aws4fetch", `${before("")}${program}\nexport { id };`);
    const { body } = await call(
      server,
      tokenFor("recipe"),
      "POST",
      `/v1/uploads/${String(id)}/complete`,
    );
    expect(body).toMatchObject({ status: "completed", size: 5, contentType: "image/png" });
  });
});

it("signs a token in a backend of one's own, with which a file is granted, and nothing is read", async () => {
  const { AUTH_SECRET } = DEVELOPMENT_SECRETS;
  const program = findProgram("login-own-backend", "SignJWT")
    .replace("process.env.AUTH_SECRET", JSON.stringify(AUTH_SECRET))
    // The issuer and the audience of the development server.
    .replace("https://api.example.com", "development")
    .replace('"uploads"', '"edge-presigner"');
  const { default: app } = await run("own-backend", program);
  const { fetch: handle } = app as { fetch: (request: Request) => Promise<Response> };
  const response = await handle(new Request("http://backend/upload-token", { method: "POST" }));
  const { token } = (await response.json()) as { token: string };
  const request = { filename: "a.png", contentType: "image/png", size: 5, policy: "photo" };
  const granted = await call(server, token, "POST", "/v1/uploads", request);
  expect(granted.status).toBe(201);
  expect(String(granted.body["key"])).toContain("/alice/");
  const list = await call(server, token, "GET", "/v1/uploads");
  expect(list).toMatchObject({ status: 403, body: { code: "forbidden" } });
});

/** Writes the configuration of a page, for this repository, where `edge-presigner` is the definition's source. */
function writeConfig(page: string): string {
  const source = JSON.stringify(join(ROOT, "src/define.ts"));
  const text = findProgram(page, "defineConfig").replace('"edge-presigner"', source);
  const file = join(FOLDER, `${page}.config.ts`);
  writeFileSync(file, text);
  return file;
}

const FIELD = /^(?:\/\/ .*\n)*\s*(issuers|policies): /;
const FIELDS = globSync("docs/recipes/*.md", { cwd: ROOT }).flatMap((page) =>
  readPrograms(page)
    .filter(({ text }) => FIELD.test(text))
    .map(({ text }) => ({ page: basename(page, ".md"), field: FIELD.exec(text)?.[1], text })),
);

/** A configuration in which a page's field replaces that field. */
const inConfiguration = (field: string) => `
  import { auth0, clerk, cognito, defineConfig, firebase, r2, sharedSecret, supabase } from ${JSON.stringify(join(ROOT, "src/define.ts"))};
  const photo = { store: "media", key: "{user}/{id}.{ext}", types: ["image/*"], maxBytes: "1 MB" };
  export default defineConfig({
    ...{ issuers: [supabase({ project: "abcdefghijklmnop" })], policies: { photo } },
    origins: ["https://app.example.com"],
    stores: { media: r2({ account: "0123456789abcdef0123456789abcdef", bucket: "acme-media" }) },
    ...{ ${field} },
  });
`;

describe("a configuration", () => {
  it.for([
    ["r2", {}, "acme-media"],
    ["s3", {}, "acme-media"],
    ["environments", {}, "acme-media"],
    ["environments", { ENVIRONMENT: "staging" }, "acme-media-staging"],
  ] as const)("of %s.md with %o is valid", async ([page, env, bucket]) => {
    const { config } = await loadConfig(writeConfig(page), env);
    expect(config.policies.get("photo")?.stores.get("default")?.bucket).toBe(bucket);
  });

  it.for(FIELDS)("with the $field of the page $page is valid", async ({ page, text }) => {
    const file = join(FOLDER, `${page}.field.config.ts`);
    writeFileSync(file, inConfiguration(text));
    const { config } = await loadConfig(file, {});
    expect(config.policies.size).toBe(1);
  });

  it("has a field on each page of a login, and on two of a migration", () => {
    expect(FIELDS.map(({ page }) => page).toSorted()).toEqual([
      "login-auth0",
      "login-clerk",
      "login-cognito",
      "login-firebase",
      "login-own-backend",
      "login-supabase",
      "migrate-lambda-guide",
      "migrate-uploadthing",
    ]);
  });

  it("of environments.md has what staging needs in the lines of wrangler.toml beside it", async () => {
    const [production = ""] = readFileSync(join(ROOT, "wrangler.toml"), "utf8").split("\n[env.");
    const staging = findProgram("environments", "[env.staging]");
    writeFileSync(join(FOLDER, "wrangler.toml"), `${production}\n${staging}`);
    const definition = await loadDefinition(writeConfig("environments"));
    const { errors } = checkEnvironments(definition, await readDeployments(FOLDER));
    const ofStaging = errors.filter(({ path }) => path.includes("staging"));
    // The hosts of the page are examples: they are to be replaced.
    expect(ofStaging.filter(({ detail }) => !detail.includes("example value"))).toEqual([]);
  });
});

it("counts in costs.md the rows that a test of the ledger holds", () => {
  const test = readFileSync(join(ROOT, "test/unit/ledger/cost.test.ts"), "utf8");
  const rowsOf = (name: string) => {
    const found = new RegExp(`${name}: \\{ read: (\\d+), written: (\\d+) \\}`).exec(test);
    if (!found) throw new Error(`The test has no rows of ${name}`);
    return { read: Number(found[1]), written: Number(found[2]) };
  };
  const [reserve, complete] = [rowsOf("reserve"), rowsOf("complete")];
  const [webhook, forget] = [rowsOf("webhook"), rowsOf("forget")];
  const page = readFileSync(join(ROOT, "docs/recipes/costs.md"), "utf8").replaceAll(/ +/g, " ");
  expect(page).toContain(
    `a reservation reads ${reserve.read} and writes ${reserve.written}, completing ${complete.read} and ${complete.written}, a webhook ${webhook.read} and ${webhook.written}, deleting the record a week later ${forget.read} and ${forget.written}`,
  );
});
