/** The scanner of docs/recipes/scanner-clamav.md, as a reader copies it, in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { findPort } from "./find-port.ts";
import { readPrograms } from "./recipe.ts";

const PAGE = "docs/recipes/scanner-clamav.md";
/** Within the project, where standardwebhooks is found. */
const CACHE = resolve(import.meta.dirname, "../../../node_modules/.cache");

/** Returns a whole file of the page. */
export function readScannerFile(name: string): string {
  const program = readPrograms(PAGE).find(({ file }) => file === name);
  if (!program) throw new Error(`${PAGE} has no ${name}`);
  return program.text;
}

export interface Scanner {
  readonly url: string;
  /** What it has printed. */
  readonly readLog: () => string;
  readonly close: () => Promise<void>;
}

interface ScannerOptions {
  readonly env: Readonly<Record<string, string>>;
  /** A free one by default. */
  readonly port?: number;
  /** Changes its program, for a time that is too long for a test. */
  readonly change?: (program: string) => string;
}

/** Starts it with these variables, and waits until it listens. */
export async function startScanner({
  env,
  change,
  port: chosen,
}: ScannerOptions): Promise<Scanner> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "scanner-"));
  const program = readScannerFile("scanner.mjs");
  writeFileSync(join(folder, "clamd.mjs"), readScannerFile("clamd.mjs"));
  writeFileSync(join(folder, "scanner.mjs"), change?.(program) ?? program);
  const port = chosen ?? (await findPort());
  const child = spawn(process.execPath, ["scanner.mjs"], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), ...env },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (printed += String(chunk)));
  const url = `http://127.0.0.1:${port}/scan`;
  const deadline = Date.now() + 20_000;
  // oxlint-disable-next-line no-await-in-loop -- until it listens
  while (!(await isListening(url))) {
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`The scanner does not listen: ${printed}`);
    // oxlint-disable-next-line no-await-in-loop -- until it listens
    await new Promise((done) => setTimeout(done, 50));
  }
  return {
    url,
    readLog: () => printed,
    async close() {
      if (child.exitCode === null) {
        child.kill();
        await once(child, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isListening(url: string): Promise<boolean> {
  return fetch(url).then(
    async (response) => (await response.text()) !== "",
    () => false,
  );
}
