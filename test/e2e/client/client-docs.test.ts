import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveProgram, startBrowser } from "../support/browser.ts";
import { startServer, tokenFor, type Server } from "../support/server.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const SOURCES = join(ROOT, "client/web/src");
const PHOTO = { name: "a.png", mimeType: "image/png", buffer: Buffer.from("hello") };

let server: Server;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
}, 180_000);
afterAll(async () => {
  await browser.close();
  await server.close();
});

/** Returns the program in a page of documentation, as a reader copies it. */
async function readProgram(path: string, language: "html" | "js" | "jsx"): Promise<string> {
  const text = await readFile(join(ROOT, path), "utf8");
  const programs = [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))];
  const ours = programs.find(([, program = ""]) => program.includes("@edge-presigner/web"))?.[1];
  if (ours === undefined)
    throw new Error(`${path} has no program in ${language} that imports the client`);
  return ours
    .replace("http://localhost:8787", server.url)
    .replace('"@edge-presigner/web"', JSON.stringify(join(SOURCES, "index.ts")))
    .replace('"@edge-presigner/web/dropzone"', JSON.stringify(join(SOURCES, "dropzone.ts")))
    .replace('"@edge-presigner/web/react"', JSON.stringify(join(SOURCES, "react.ts")));
}

/** Runs the program in a page, with code before and after it. */
async function run(before: string, program: string, after: string): Promise<Page> {
  const token = `const token = ${JSON.stringify(tokenFor("alice"))};`;
  const pages = await serveProgram([token, before, program, after].join("\n"), ROOT);
  const page = await browser.newPage();
  await page.goto(pages.url);
  page.on("close", () => void pages.close());
  return page;
}

describe("the programs in the documentation of the client", () => {
  it.for([["client/web/README.md"]] as const)("upload a photo: %s", async ([path]) => {
    const file = 'const file = new File(["hello"], "a.png", { type: "image/png" });';
    const after = "globalThis.outcome = { key, receipt };";
    const page = await run(file, await readProgram(path, "js"), after);
    await page.waitForFunction("globalThis.outcome");
    const { key, receipt } = await page.evaluate<{ key: string; receipt: string }>("outcome");
    expect(Buffer.from((await server.read(key))?.bytes ?? []).toString()).toBe("hello");
    expect(receipt).toMatch(/^ey/);
    await page.close();
  });

  it.for([["client/web/README.md"]] as const)("upload a photo from React: %s", async ([path]) => {
    const program = await readProgram(path, "jsx");
    const hasUploader = program.includes("createUploader(");
    const before = hasUploader
      ? "const getToken = () => token;"
      : `import { createUploader } from "${SOURCES}/index.ts";
           const uploader = createUploader({ endpoint: "${server.url}", getToken: () => token });`;
    const after = `import { createRoot } from "react-dom/client";
        createRoot(document.body.appendChild(document.createElement("main"))).render(<Picker />);`;
    const page = await run(before, program, after);
    await page.locator("input[type=file]").setInputFiles(PHOTO);
    await expect
      .poll(async () => page.locator("main").textContent(), { timeout: 20_000 })
      .toContain("completed");
    await page.close();
  });

  it.for([["client/web/README.md"], ["docs/recipes/dropzone.md"]] as const)(
    "show a dropzone in a form: %s",
    async ([path]) => {
      const text = await readProgram(path, "html");
      const [html = "", script = ""] = text.split(/<\/?script[^>]*>/);
      const page = await run("", `document.body.innerHTML = ${JSON.stringify(html)};`, script);
      await expectReceipt(page, async () => page.locator("form > button").click());
    },
  );

  it("show a dropzone in a form of React", async () => {
    const program = await readProgram("docs/recipes/dropzone.md", "jsx");
    const after = `import { createRoot } from "react-dom/client";
      const submit = (receipts) => location.assign("?" + new URLSearchParams({ receipt: receipts[0] }));
      createRoot(document.body.appendChild(document.createElement("main")))
        .render(<Application submit={submit} />);`;
    const page = await run("", program, after);
    await expectReceipt(page, async () => page.locator("form > button").click());
  });

  async function expectReceipt(page: Page, send: () => Promise<void>): Promise<void> {
    const dropzone = page.locator("edge-presigner-dropzone");
    await dropzone.locator("input[type=file]").first().setInputFiles(PHOTO);
    await dropzone.locator("[data-state=completed]").waitFor();
    await send();
    await page.waitForURL(/[?]receipt=ey/);
    await page.close();
  }
});
