/** What a user does with the packed package: `init`, and then the scripts of the project that it wrote. About a minute. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  COMPATIBILITY_DATE,
  DEV_DEPENDENCIES,
  NODE_PACKAGES,
  isNewEnough,
} from "../../../cli/init/versions.ts";
import { VERSION } from "../../../src/version.ts";
import { runOnTerminal } from "../support/command.ts";
import { installProject, packFolder, packPackage, type Project } from "../support/packed.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const TOOLS = {
  wrangler: "wrangler/bin/wrangler.js",
  tsc: "typescript/bin/tsc",
  vitest: "vitest/vitest.mjs",
} as const;
const ANSWERS = [
  "--provider=r2",
  "--account=0123456789abcdef0123456789abcdef",
  "--bucket=acme-media",
  "--origin=https://app.acme.dev",
  "--login=auth0",
  "--domain=acme.eu.auth0.com",
  "--audience=https://api.acme.dev",
];

let project: Project;
beforeAll(() => {
  project = installProject(
    [packPackage(), packFolder(join(ROOT, "packages/create-edge-presigner"))],
    ["wrangler", "typescript", "vitest"],
  );
  const bin = join(project.folder, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  for (const [name, path] of Object.entries(TOOLS))
    symlinkSync(join(ROOT, "node_modules", path), join(bin, name));
}, 180_000);
afterAll(() => project.remove());

const init = (...args: readonly string[]) => initUnder({}, ...args);
const initUnder = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  spawnSync(
    process.execPath,
    [join(project.folder, "node_modules/edge-presigner/bin/edge-presigner.js"), "init", ...args],
    {
      cwd: project.folder,
      encoding: "utf8",
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
/** What `npm run` does, which finds the programs in the folder above. */
const npm = (...args: readonly string[]) =>
  spawnSync("npm", args, {
    cwd: join(project.folder, "app"),
    encoding: "utf8",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
  });

describe("init", () => {
  it("writes a project that passes its own check and test, and can be deployed", () => {
    const { status, stdout, stderr } = init("app", "--name=acme-uploads", ...ANSWERS);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("cd app && npm install");
    expect(readdirSync(join(project.folder, "app")).toSorted()).toEqual([
      ".dev.vars.example",
      ".github",
      ".gitignore",
      "README.md",
      "package.json",
      "presigner.config.ts",
      "src",
      "test",
      "tsconfig.json",
      "wrangler.toml",
    ]);

    const check = npm("run", "check");
    expect(check.status, check.stdout + check.stderr).toBe(0);
    expect(check.stderr).toBe("");

    const test = npm("test");
    expect(test.status, test.stdout + test.stderr).toBe(0);
    expect(test.stdout).toContain("1 passed");

    for (const environment of ["", "staging"]) {
      const deploy = npm("run", "deploy", "--", `--env=${environment}`, "--dry-run");
      expect(deploy.status, deploy.stdout + deploy.stderr).toBe(0);
      for (const binding of ["LEDGER", "RATE_LIMIT_ADDRESS", "RATE_LIMIT_CALLER", "VERSION"])
        expect(deploy.stdout).toContain(`env.${binding}`);
      expect(deploy.stdout.includes("env.ENVIRONMENT")).toBe(environment === "staging");
    }
  }, 180_000);

  it("is what npm create edge-presigner runs, with the same arguments", () => {
    const program = join(project.folder, "node_modules/create-edge-presigner/index.js");
    const { status, stderr } = spawnSync(process.execPath, [program, "created", "--yes"], {
      cwd: project.folder,
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    expect(readdirSync(join(project.folder, "created"))).toContain("presigner.config.ts");
  });

  it("lists what is in the way in a folder that is not empty, and writes nothing", () => {
    const before = readFileSync(join(project.folder, "app/wrangler.toml"), "utf8");
    const { status, stderr } = init("app", "--yes");
    expect(status).toBe(2);
    expect(stderr).toContain("presigner.config.ts");
    expect(readFileSync(join(project.folder, "app/wrangler.toml"), "utf8")).toBe(before);
  });

  it("says which options are needed, without a terminal", () => {
    const { status, stderr } = init("other", "--provider=aws", "--login=cognito");
    expect(status).toBe(2);
    expect(stderr).toContain("--region, --bucket, --origin, --user-pool, --client-id");
    expect(readdirSync(project.folder)).not.toContain("other");
  });

  it("writes nothing where an answer is not valid", () => {
    const { status, stderr } = init("other", ...ANSWERS, "--origin=http://app.acme.dev");
    expect(status).toBe(2);
    expect(stderr).toContain("origins.1");
    expect(readdirSync(project.folder)).not.toContain("other");
  });

  it("asks on a terminal, and checks each answer", () => {
    const folder = join(project.folder, "asked");
    const { stdout } = runOnTerminal(
      ["init", folder, "--provider=r2", "--bucket=acme-media", "--login=clerk"],
      [
        "abc",
        "\r",
        `\b\b\b${"0a".repeat(16)}\r`,
        "\r",
        "https://app.acme.dev\r",
        "clerk.acme.dev\r",
      ],
    );
    expect(stdout).toContain("must be the account id, 32 hexadecimal digits");
    expect(stdout).toContain("are needed: the tokens of this login name them");
    expect(readFileSync(join(folder, "presigner.config.ts"), "utf8")).toContain(
      'clerk({ domain: "clerk.acme.dev", authorizedParties: ["https://app.acme.dev"] })',
    );
  });

  it("brings a Node.js where the user's own is too old, also where a project's runs the command", () => {
    const own = join(project.folder, "own-node");
    mkdirSync(own);
    writeFileSync(join(own, "node"), "#!/bin/sh\necho v20.11.0\n", { mode: 0o755 });
    const bin = join(ROOT, "node_modules/.bin");
    const { status, stdout } = initUnder({ PATH: [bin, own].join(delimiter) }, "older", "--yes");
    expect(status).toBe(0);
    expect(stdout).toContain("Node.js");
    const file = readFileSync(join(project.folder, "older/package.json"), "utf8");
    expect(JSON.parse(file)).toMatchObject({ optionalDependencies: NODE_PACKAGES });
  });

  it("assumes the rest with --yes, and names what is left to fill in", () => {
    const { status, stdout } = init("assumed", "--yes");
    expect(status).toBe(0);
    expect(stdout).toContain("stores.media.account");
    expect(readFileSync(join(project.folder, "assumed/wrangler.toml"), "utf8")).toContain(
      '"AUTH_SECRET",',
    );
  });
});

describe("create-edge-presigner", () => {
  it("has the version of edge-presigner, and runs that one", () => {
    const file = readFileSync(join(ROOT, "packages/create-edge-presigner/package.json"), "utf8");
    expect(JSON.parse(file)).toMatchObject({
      version: VERSION,
      dependencies: { "edge-presigner": VERSION },
    });
  });
});

describe("the versions in a new project", () => {
  const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

  it("are those that this repository is tested with", () => {
    const { devDependencies } = JSON.parse(read("package.json")) as {
      devDependencies: Readonly<Record<string, string>>;
    };
    expect(devDependencies).toMatchObject(DEV_DEPENDENCIES);
    expect(JSON.parse(read("packages/node/package.json"))).toMatchObject({
      optionalDependencies: NODE_PACKAGES,
    });
    expect(read("wrangler.toml")).toContain(`compatibility_date = "${COMPATIBILITY_DATE}"`);
  });

  it.for([
    ["20.19.5", false],
    ["22.17.1", false],
    ["22.18.0", true],
    ["24.0.0", true],
  ] as const)("have a Node.js of their own where that is %s: %s", ([version, isNew]) =>
    expect(isNewEnough(version)).toBe(isNew),
  );
});
