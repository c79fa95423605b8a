import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installLocked } from "../support/install-locked.ts";
import { startServer, tokenFor, type Server } from "../support/server.ts";

/** With a TypeScript of its own: the generator does not run under version 7. */
const FOLDER = join(import.meta.dirname, "../../openapi");
const TYPES = join(FOLDER, "schema.d.ts");

interface Program {
  readonly upload: (
    baseUrl: string,
    token: string,
    file: File,
  ) => Promise<{ readonly key: string; readonly size: number; readonly receipt: string }>;
  readonly refuse: (baseUrl: string, token: string) => Promise<string | undefined>;
}

/** Does not block: the server runs in this process. */
const run = async (tool: string, ...args: readonly string[]) => {
  const script = join(FOLDER, "node_modules", tool);
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], {
    cwd: FOLDER,
    timeout: 60_000,
  });
  return stdout;
};

describe("a client that is generated from the served openapi.json", () => {
  let server: Server;
  let program: Program;
  beforeAll(async () => {
    await import("../../../demo/build.ts");
    server = await startServer();
    installLocked(FOLDER);
    rmSync(TYPES, { force: true });
    await run("openapi-typescript/bin/cli.js", `${server.url}/openapi.json`, "-o", TYPES);
    program = (await import(join(FOLDER, "upload.ts"))) as Program;
  }, 180_000);
  afterAll(async () => server.close());

  it("has the types that a developer expects, and refuses misuse", async () => {
    expect(await run("typescript/bin/tsc", "-p", FOLDER)).toBe("");
  });

  it("uploads a file, and completes it", async () => {
    const file = new File(["hello"], "여행.txt", { type: "text/plain" });
    const { key, size, receipt } = await program.upload(server.url, tokenFor("alice"), file);
    expect(size).toBe(5);
    expect(receipt.split(".")).toHaveLength(3);
    expect(new TextDecoder().decode((await server.read(key))?.bytes)).toBe("hello");
  });

  it("reads a problem's code", async () => {
    expect(await program.refuse(server.url, tokenFor("alice"))).toBe("type-not-allowed");
  });
});
