/** The programs of docs/recipes: each is parsed, and type-checked where everything that it imports is here. */
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { transformSync } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { installLocked } from "../support/install-locked.ts";
import { readPrograms, type Program } from "../support/recipe.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const RECIPES = join(ROOT, "test/recipes");
const FOLDER = join(RECIPES, "node_modules/.cache/programs");
/** Packages that are not installed: of services and phones, which cannot be run here either. */
const ABSENT = /from "(?:@clerk\/|firebase\/|aws-amplify\/|expo-|\$lib\/)/;

const pages = globSync("docs/recipes/*.md", { cwd: ROOT });
const isScript = ({ language }: Program) => ["ts", "tsx", "js"].includes(language);
const scripts = pages.flatMap((page) =>
  readPrograms(page)
    .filter(isScript)
    .map((program, index) => ({
      ...program,
      page,
      name: `${basename(page, ".md")}-${index}.${program.language}`,
    })),
);
/** A line or a field of a configuration: parsed inside of one. */
const isFragment = (text: string) => /^(?:\/\/ .*\n)*\s*(?:issuers|policies|stores):/.test(text);

describe("a program of the recipes", () => {
  it.for(scripts)("is one that esbuild parses: $name", ({ text, language }) => {
    // A field of a configuration, or the end of a function.
    const inside = /^ *return /m.test(text) && !/function|=>/.test(text);
    const whole = isFragment(text) ? `({${text}})` : inside ? `async () => {${text}}` : text;
    const { code } = transformSync(whole, {
      loader: language as "ts" | "tsx" | "js",
      format: "esm",
    });
    expect(code).not.toBe("");
  });
});

describe("a whole program in TypeScript", () => {
  const checked = scripts.filter(
    ({ text, language, page }) =>
      language !== "js" &&
      /^import /m.test(text) &&
      !ABSENT.test(text) &&
      basename(page) !== "framework-hono.md",
  );

  beforeAll(() => {
    installLocked(RECIPES);
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
  }, 180_000);

  const check = (
    files: readonly Pick<(typeof scripts)[number], "name" | "text">[],
    options: object,
  ) => {
    for (const { name, text } of files) writeFileSync(join(FOLDER, name), text);
    const source = (path: string) => [join(ROOT, path)];
    const config = {
      compilerOptions: {
        strict: true,
        // The sources of this project are written for it.
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: true,
        target: "es2024",
        module: "esnext",
        moduleResolution: "bundler",
        moduleDetection: "force",
        jsx: "react-jsx",
        allowImportingTsExtensions: true,
        paths: {
          "edge-presigner": source("src/define.ts"),
          "edge-presigner/worker": source("src/presigner.ts"),
          "@edge-presigner/web": source("client/web/src/index.ts"),
          "@edge-presigner/web/dropzone": source("client/web/src/dropzone.ts"),
          "@edge-presigner/web/react": source("client/web/src/react.ts"),
        },
        ...options,
      },
    };
    writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    return spawnSync(tsc, ["-p", FOLDER], { cwd: ROOT, encoding: "utf8" });
  };

  it("is type-checked under strict", () => {
    expect(checked.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "backend-express-0.ts",
        "backend-hono-0.ts",
        "dropzone-0.ts",
        "environments-0.ts",
        "framework-nextjs-0.tsx",
        "framework-nextjs-1.ts",
        "framework-nextjs-2.ts",
        "framework-sveltekit-0.ts",
        "login-auth0-1.ts",
        "login-own-backend-1.ts",
        "login-own-backend-2.ts",
        "login-supabase-1.ts",
        "r2-0.ts",
        "s3-0.ts",
      ]),
    );
    const options = { lib: ["es2024", "dom", "dom.iterable"], types: ["node", "react"] };
    const { stdout, status } = check(checked, {
      ...options,
      typeRoots: [join(ROOT, "node_modules/@types"), join(RECIPES, "node_modules/@types")],
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  it("is type-checked under strict, where it is a Worker", () => {
    const worker = scripts.find(({ name }) => name === "framework-hono-0.ts");
    if (!worker) throw new Error("framework-hono.md has no program");
    for (const { name } of checked) rmSync(join(FOLDER, name), { force: true });
    const config = scripts.find(({ name }) => name === "r2-0.ts")?.text ?? "";
    const text = worker.text.replace("../presigner.config.ts", "./presigner.config.ts");
    const files = [
      { name: worker.name, text },
      { name: "presigner.config.ts", text: config },
      { name: "types.d.ts", text: `/// <reference path="${ROOT}/worker-configuration.d.ts" />` },
    ];
    const { stdout, status } = check(files, { lib: ["es2024"], types: [] });
    for (const { name } of files) rmSync(join(FOLDER, name));
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  it("would be refused with a name that does not exist", () => {
    const text =
      'import { createUploader } from "@edge-presigner/web";\ncreateUploader({ endpoint: "", getTokens: () => "" });\n';
    const { stdout } = check([{ name: "wrong.ts", text }], {
      lib: ["es2024", "dom", "dom.iterable"],
    });
    rmSync(join(FOLDER, "wrong.ts"));
    expect(stdout).toContain("getTokens");
  });
});
