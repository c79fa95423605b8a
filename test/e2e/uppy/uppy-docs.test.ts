import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentOf } from "../../uppy/content.ts";
import { installUppy, servePages, startBrowser } from "../support/browser.ts";
import { startServer, tokenFor, type Server } from "../support/server.ts";

const HELPER = resolve(import.meta.dirname, "../../../client/web/src/uppy.ts");

let server: Server;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** A program as a reader copies it, with the reader's own token and service. */
async function readProgram(path: string, index: number): Promise<string> {
  const text = await readFile(path, "utf8");
  const programs = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, program = ""]) => program);
  const ours = programs.filter((program) => program.includes('from "@uppy/aws-s3"'))[index];
  if (ours === undefined) throw new Error(`${path} has no such program`);
  const own = ours
    .replace("https://uploads.example.com", server.url)
    .replace("http://localhost:8787", server.url)
    .replace("@edge-presigner/web/uppy", HELPER);
  expect(own).toContain(server.url);
  const token = JSON.stringify(tokenFor("alice"));
  // Imports stand first wherever they are written.
  return `const token = ${token};\n${own}\nglobalThis.uppy = uppy;`;
}

interface Page {
  readonly uppy: {
    readonly addFile: (file: object) => string;
    readonly upload: () => Promise<unknown>;
    readonly getFile: (id: string) => {
      readonly error?: string;
      readonly response?: { readonly body?: { readonly key?: string; readonly receipt?: string } };
    };
  };
}

describe("a program from the documentation", () => {
  it.for([
    ["docs/uppy-4.md", 0, 4, "a.png", "image/png", false],
    ["docs/uppy-4.md", 1, 4, "a.png", "image/png", true],
    ["docs/uppy-5.md", 0, 5, "a.png", "image/png", false],
    ["docs/uppy-5.md", 1, 5, "a.png", "image/png", true],
    ["docs/uppy-6.md", 0, 6, "a.png", "image/png", true],
    ["docs/uppy-6.md", 1, 6, "a.mp4", "video/mp4", false],
  ] as const)(
    "uploads as it stands: %s, program %i, version %i",
    async ([path, index, version, name, type, hasReceipt]) => {
      const pages = await servePages(version, await readProgram(path, index));
      const page = await browser.newPage();
      await page.goto(pages.url);
      const bytes = contentOf(6000);
      const sent = await page.evaluate(
        async ([file, contentType, values]) => {
          const { uppy } = globalThis as unknown as Page;
          const data = new File([Uint8Array.from(values)], file, { type: contentType });
          const id = uppy.addFile({ name: file, type: contentType, data });
          await uppy.upload();
          const { error, response } = uppy.getFile(id);
          return { error, key: response?.body?.key, receipt: response?.body?.receipt };
        },
        [name, type, [...bytes]] as const,
      );
      await page.close();
      await pages.close();
      expect(sent.error ?? undefined).toBeUndefined();
      expect(sent.receipt !== undefined).toBe(hasReceipt);
      const stored = await server.read(sent.key ?? "");
      expect(stored?.contentType).toBe(type);
      expect(Buffer.from(bytes).equals(stored?.bytes ?? new Uint8Array())).toBe(true);
    },
  );
});

/** A page's program in TypeScript, with fields of its own in `meta` and in the answer. */
const TYPED = `
  import Uppy from "@uppy/core";
  import { createUppySigner, uppyMeta } from ${JSON.stringify(HELPER)};
  const signer = createUppySigner({ endpoint: "https://uploads.example.com", getToken: () => "" });
  const uppy = new Uppy<{ album: string }, { key: string; location: string }>();
  uppyMeta(uppy, { policy: "photo" });
`;
const TYPED_HELP = `
  import AwsS3 from "@uppy/aws-s3";
  import { helpUppy } from ${JSON.stringify(HELPER)};
  uppy.use(AwsS3, { endpoint: "https://uploads.example.com", headers: { authorization: "" } });
  helpUppy(uppy);
`;
const TYPED_SIGNER = `
  import AwsS3 from "@uppy/aws-s3";
  uppy.use(AwsS3, { ...signer, shouldUseMultipart: true });
  signer.completeAfter(uppy);
`;

describe("the helper", () => {
  it.for([
    [4, TYPED + TYPED_HELP],
    [5, TYPED + TYPED_HELP],
    [6, TYPED + TYPED_SIGNER],
  ] as const)("fits the types of version %i", async ([version, program]) => {
    // Below the version's own packages, where its imports lead to them.
    const folder = join(installUppy(version), "node_modules/.cache");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "page.ts"), program);
    const flags =
      "--ignoreConfig --noEmit --strict --exactOptionalPropertyTypes --skipLibCheck --allowImportingTsExtensions --module esnext --moduleResolution bundler --target es2024 --lib es2024,dom";
    const { stdout, status } = spawnSync(
      "npx",
      ["tsc", ...flags.split(" "), join(folder, "page.ts")],
      { encoding: "utf8" },
    );
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});
