import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AxeResults } from "axe-core";
import { decodeJwt } from "jose";
import type { BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DropzoneElement } from "../../../client/web/src/dropzone.ts";
import { useDropzone, type DropzonePage } from "../support/dropzone-page.ts";

/** Screenshots for a person to look at. Git ignores this folder. */
const SCREENSHOTS = join(import.meta.dirname, "../../screenshots");
const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
/** A whole PNG of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "dropzone-"));
  for (const name of ["sea.png", "여행.png", "wood.png"]) writeFileSync(at(name), PIXEL);
  writeFileSync(at("note.txt"), "hello");
  mkdirSync(at("folder"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { open, server } = useDropzone();

/** Sends the form, and returns the objects of which the receipts tell. */
async function send({ page }: DropzonePage): Promise<readonly string[]> {
  await page.locator("#send").click();
  await page.waitForURL(/person=/);
  const receipts = new URL(page.url()).searchParams.getAll("receipt");
  return receipts.map(
    (receipt) => decodeJwt<{ readonly upload: { readonly key: string } }>(receipt).upload.key,
  );
}

describe("the dropzone in a form", () => {
  it("uploads the chosen file, and its receipt is in the form", async () => {
    const zone = await open();
    await zone.choose(at("sea.png"));
    await zone.waitFor("sea.png", "completed");
    expect(await zone.events()).toEqual(["upload-completed: sea.png"]);
    const [key = ""] = await send(zone);
    expect(Buffer.from((await server().read(key))?.bytes ?? [])).toEqual(PIXEL);
  });

  it("has one receipt for each file where several are allowed", async () => {
    const zone = await open({ multiple: "" });
    await zone.choose(at("sea.png"), at("여행.png"));
    await zone.waitFor("sea.png", "completed");
    await zone.waitFor("여행.png", "completed");
    await zone.button("Remove: sea.png").click();
    await zone.choose(at("wood.png"));
    await zone.waitFor("wood.png", "completed");
    expect(await send(zone)).toHaveLength(2);
  });

  it("replaces the file where only one is allowed", async () => {
    const zone = await open();
    await zone.choose(at("sea.png"));
    await zone.waitFor("sea.png", "completed");
    await zone.choose(at("wood.png"));
    await zone.waitFor("wood.png", "completed");
    expect(await zone.row("sea.png").count()).toBe(0);
    expect(await send(zone)).toHaveLength(1);
  });

  it("keeps the form from being sent without a file, and before the file is uploaded", async () => {
    const zone = await open({ required: "" });
    const problem = async () => {
      await zone.page.locator("#send").click();
      return zone.dropzone.evaluate((element: DropzoneElement) => element.validationMessage);
    };
    expect(await problem()).toBe("Choose a file");
    const held = await zone.holdPuts();
    await zone.choose(at("sea.png"));
    await zone.waitFor("sea.png", "sending");
    expect(await problem()).toBe("Wait until the files are uploaded");
    await held.release();
    await zone.waitFor("sea.png", "completed");
    expect(await send(zone)).toHaveLength(1);
  });

  it("forgets its files when the form is reset", async () => {
    const zone = await open();
    await zone.choose(at("sea.png"));
    await zone.waitFor("sea.png", "completed");
    await zone.page.locator("#reset").click();
    expect(await zone.dropzone.locator("li").count()).toBe(0);
    expect(await send(zone)).toEqual([]);
  });

  it("takes nothing while its fieldset is disabled", async () => {
    const zone = await open();
    await zone.page.locator("fieldset").evaluate((element) => {
      element.setAttribute("disabled", "");
    });
    expect(await zone.button("Choose a file").isDisabled()).toBe(true);
    await zone.drag(zone.dropzone, [at("sea.png")]);
    expect(await zone.dropzone.locator("li").count()).toBe(0);
  });
});

describe("the dropzone takes files", () => {
  it("that are dropped on it, and no folders", async () => {
    const zone = await open({ multiple: "" });
    await zone.drag(zone.dropzone, [at("sea.png"), at("여행.png"), at("folder")]);
    await zone.waitFor("sea.png", "completed");
    await zone.waitFor("여행.png", "completed");
    expect(await zone.dropzone.locator("li").count()).toBe(2);
  });

  it("that are dropped beside it only with window-drop", async () => {
    const beside = await open();
    await beside.drag(beside.page.locator("h1"), [at("sea.png")]);
    expect(await beside.dropzone.locator("li").count()).toBe(0);
    const everywhere = await open({ "window-drop": "" });
    await everywhere.drag(everywhere.page.locator("h1"), [at("sea.png")]);
    await everywhere.waitFor("sea.png", "completed");
    // Without the element the browser leaves the page to show the file.
    expect(beside.page.url()).toMatch(/^http/);
  });

  it("that are pasted", async () => {
    const zone = await open();
    await zone.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await zone.page.evaluate(
      async (bytes) => {
        const blob = new Blob([new Uint8Array(bytes)], { type: "image/png" });
        await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
      },
      [...PIXEL],
    );
    await zone.button("Choose a file").focus();
    await zone.page.keyboard.press("Control+V");
    await zone.waitFor("image.png", "completed");
    expect(await send(zone)).toHaveLength(1);
  });

  it("by keyboard, and the focus stays inside", async () => {
    const zone = await open({ multiple: "" });
    const { page } = zone;
    const focused = async () =>
      page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.ariaLabel);
    const chooser = page.waitForEvent("filechooser");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await (await chooser).setFiles([at("sea.png"), at("note.txt")]);
    await zone.waitFor("sea.png", "completed");
    await zone.waitFor("note.txt", "failed");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Remove: sea.png");
    await page.keyboard.press("Space");
    expect(await focused()).toBe("Remove: note.txt");
    await page.keyboard.press("Space");
    expect(await zone.button("Choose files").evaluate((button) => button.matches(":focus"))).toBe(
      true,
    );
  });

  it("that the policy allows, as the file chooser knows", async () => {
    const zone = await open();
    const input = zone.dropzone.locator("input").first();
    await expect.poll(async () => input.getAttribute("accept")).toMatch(/^image\/\*,.*\.heic/);
    expect(await zone.dropzone.locator("[part=hint]").textContent()).toBe("Images · up to 10 MB");
    const other = await open({ accept: ".pdf" });
    expect(await other.dropzone.locator("input").first().getAttribute("accept")).toBe(".pdf");
  });

  it("of any type if the service does not say what it allows", async () => {
    const zone = await open({ endpoint: "http://127.0.0.1:9" });
    expect(await zone.dropzone.locator("input").first().getAttribute("accept")).toBe("");
    expect(await zone.dropzone.locator("[part=hint]").isHidden()).toBe(true);
  });

  it("from the camera of a phone", async () => {
    const zone = await open({ capture: "environment" }, { hasTouch: true, isMobile: true });
    const chooser = zone.page.waitForEvent("filechooser");
    await zone.button("Take a photo").click();
    const input = (await chooser).element();
    expect(await input.getAttribute("capture")).toBe("environment");
    await (await chooser).setFiles(at("sea.png"));
    await zone.waitFor("sea.png", "completed");
  });
});

describe("a row of the dropzone", () => {
  it("pauses, continues, and cancels", async () => {
    const zone = await open({ multiple: "" });
    const held = await zone.holdPuts();
    await zone.choose(at("sea.png"), at("wood.png"));
    await zone.waitFor("sea.png", "sending");
    await zone.button("Pause: sea.png").click();
    await zone.waitFor("sea.png", "paused");
    await zone.button("Cancel: wood.png").click();
    await expect.poll(async () => zone.row("wood.png").count()).toBe(0);
    await held.release();
    await zone.button("Resume: sea.png").click();
    await zone.waitFor("sea.png", "completed");
    expect(await send(zone)).toHaveLength(1);
  });

  it("says why a file is refused, and offers no second try that cannot pass", async () => {
    const zone = await open();
    await zone.choose(at("note.txt"));
    await zone.waitFor("note.txt", "failed");
    expect(await zone.row("note.txt").textContent()).toContain("This type of file is not allowed");
    expect(await zone.button("Try again: note.txt").count()).toBe(0);
    expect(await zone.dropzone.getByRole("status").textContent()).toBe(
      "note.txt: This type of file is not allowed. 0 of 1 uploaded, 1 failed",
    );
    expect(await zone.events()).toEqual(["upload-failed: note.txt"]);
  });

  it("speaks the language of the page", async () => {
    const zone = await open({ lang: "ko" });
    await zone.choose(at("note.txt"));
    await zone.waitFor("note.txt", "failed");
    expect(await zone.row("note.txt").textContent()).toContain("허용되지 않는 파일 형식입니다");
    await zone.dropzone.evaluate((element) => {
      element.removeAttribute("lang");
      document.documentElement.lang = "en";
    });
    expect(await zone.row("note.txt").textContent()).toContain("This type of file is not allowed");
  });
});

describe("the dropzone", () => {
  it("works under a policy that forbids inline styles, blobs as images, and HTML from text", async () => {
    const policy = `default-src 'none'; connect-src http:; require-trusted-types-for 'script'`;
    const zone = await open({ policy: "photo", "content-security-policy": policy });
    const refused: string[] = [];
    zone.page.on("console", (message) => refused.push(message.text()));
    await zone.choose(at("sea.png"));
    await zone.waitFor("sea.png", "completed");
    await zone.row("sea.png").locator("canvas").waitFor();
    expect(refused).toEqual([]);
    const border = await zone.dropzone
      .locator("[part=box]")
      .evaluate((box) => getComputedStyle(box).borderTopStyle);
    expect(border).toBe("dashed");
  });

  it("can be imported on a server", () => {
    expect(DropzoneElement.formAssociated).toBe(true);
  });

  it.for([
    ["light", "en", {}],
    ["dark", "ko", {}],
    ["light", "ko", { viewport: { width: 360, height: 800 }, hasTouch: true, isMobile: true }],
    ["light", "en", { forcedColors: "active" }],
  ] as const)("is accessible in every state: %s, %s, %o", async ([colorScheme, lang, look]) => {
    const options: BrowserContextOptions = { colorScheme, ...look };
    const zone = await open({ lang, multiple: "", capture: "", "window-drop": "" }, options);
    const { page } = zone;
    await page.evaluate((scheme) => {
      const { documentElement } = document;
      documentElement.lang = "en";
      documentElement.style.colorScheme = scheme;
      // Where a page has no background of its own, axe-core takes it for white.
      documentElement.style.background = "Canvas";
    }, colorScheme);
    await page.evaluate(AXE);
    const examine = async (state: string) => {
      const { violations } = await page.evaluate(async () =>
        (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
      );
      const name = `dropzone-${[colorScheme, lang, ...Object.keys(look).slice(0, 1), state].join("-")}`;
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
      const found = violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html}`),
      );
      expect(found, name).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, name).toBe(0);
    };
    await examine("idle");
    await zone.drag(zone.dropzone, [at("sea.png")], "stay");
    await examine("dragging");
    const held = await zone.holdPuts();
    await zone.drag(zone.dropzone, [at("sea.png"), at("여행.png"), at("note.txt")]);
    await zone.waitFor("sea.png", "sending");
    await zone.waitFor("note.txt", "failed");
    await examine("sending");
    await zone.dropzone.locator("[part=summary] button").last().click();
    await zone.waitFor("sea.png", "paused");
    await examine("paused");
    await held.release();
    await zone.dropzone.locator("[part=summary] button").last().click();
    await zone.waitFor("sea.png", "completed");
    await zone.waitFor("여행.png", "completed");
    await examine("completed");
    await page.locator("fieldset").evaluate((element) => element.toggleAttribute("disabled"));
    await examine("disabled");
  });
});
