/** A browser that comes from npm, and pages with a program in them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import chromium, { inflate } from "@sparticuz/chromium";
import { build } from "esbuild";
import { installLocked } from "./install-locked.ts";
import { chromium as playwright, type Browser } from "playwright-core";

const ROOT = resolve(import.meta.dirname, "../../..");
const PACKAGE = resolve(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..");

/** What fontconfig reads. */
const FONTS = "fonts.conf";

/** No flag of the package's own: among them is one that lets a page read whatever it likes. */
const FLAGS = ["--no-sandbox", "--no-zygote", "--disable-gpu", "--disable-dev-shm-usage"];

/** The package has a browser for Linux on x64; elsewhere it is the machine's own Chrome. */
export async function startBrowser(): Promise<Browser> {
  if (process.platform !== "linux" || process.arch !== "x64")
    return playwright.launch({ channel: "chrome" });
  const folder = await unpack();
  const executablePath = join(folder, "chromium");
  return playwright.launch({
    executablePath,
    args: FLAGS,
    env: {
      // Without a locale the browser takes "C", which is no language tag, and Intl throws.
      LANG: "C.UTF-8",
      ...process.env,
      ...librariesFor(executablePath, folder),
      FONTCONFIG_FILE: join(folder, FONTS),
    },
  });
}

/** Once for each version, into a folder that appears whole: two tests may want it at once. */
async function unpack(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8")) as {
    version: string;
  };
  const cache = join(ROOT, "node_modules/.cache");
  const folder = join(cache, `chromium-${version}-fonts`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  const usual = process.env["TMPDIR"];
  // The package unpacks into the system's folder for temporary files.
  process.env["TMPDIR"] = fresh;
  await Promise.all([chromium.executablePath(), inflate(join(PACKAGE, "bin/al2023.tar.br"))]);
  if (usual === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = usual;
  await writeFile(join(fresh, FONTS), fontsOf(folder));
  try {
    await rename(fresh, folder);
  } catch {
    await rm(fresh, { recursive: true });
  }
  return folder;
}

/** The package's own names the folders of the machine that it is made for: without a font a text field ends the browser. */
function fontsOf(folder: string): string {
  const folders = [join(folder, "fonts/fonts"), "/usr/share/fonts"];
  const listed = folders.map((path) => `<dir>${path}</dir>`).join("");
  const cache = `<cachedir>${join(folder, "fonts-cache")}</cachedir>`;
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${listed}${cache}</fontconfig>`;
}

/** The package brings the libraries that a bare machine lacks; the machine's own are better where it has them. */
function librariesFor(executable: string, folder: string): Readonly<Record<string, string>> {
  const needed = execFileSync("ldd", [executable], { encoding: "utf8" });
  return needed.includes("not found") ? { LD_LIBRARY_PATH: join(folder, "al2023/lib") } : {};
}

export type Version = 4 | 5 | 6;

export interface Pages {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const DRIVER = `
  import Uppy from "@uppy/core";
  import AwsS3 from "@uppy/aws-s3";
  import GoldenRetriever from "@uppy/golden-retriever";
  import { createDriver } from "../driver.ts";
  globalThis.driver = createDriver({ Uppy, AwsS3, GoldenRetriever });
`;

/** Serves a page with that version of Uppy. */
export async function servePages(version: Version, source = DRIVER): Promise<Pages> {
  return serveProgram(source, installUppy(version));
}

/** Serves a page with that program, on an origin that the development server allows. Imports are found from `folder` on. */
export async function serveProgram(source: string, folder: string): Promise<Pages> {
  const script = await bundle(source, folder);
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript
        ? script
        : '<!doctype html><meta charset="utf-8"><title>Test</title><body><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function bundle(source: string, folder: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, loader: "jsx" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    // package.json says that no module has side effects: a page is nothing else.
    ignoreAnnotations: true,
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return outputFiles.map(({ text }) => text).join("");
}

/** The folder of that version's packages. */
export function installUppy(version: Version): string {
  return installLocked(join(ROOT, `test/uppy/v${version}`));
}
