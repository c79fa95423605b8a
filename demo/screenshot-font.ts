/** One font for all pictures. The pages name fonts of operating systems: where a machine has none with Korean, this one stands in. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const FONT = dirname(fileURLToPath(import.meta.resolve("@fontsource-variable/noto-sans-kr")));
const STYLE = `${readFileSync(join(FONT, "index.css"), "utf8").replaceAll("./files/", "/screenshot-font/")}
:root {
  --sans: "Noto Sans KR Variable", sans-serif !important;
  --mono: "DejaVu Sans Mono", "Noto Sans KR Variable", monospace !important;
}
body { font-family: "Noto Sans KR Variable", sans-serif !important; }
* { transition: none !important; }`;

/** The Content-Security-Policy of the pages allows no font of another place. */
export const FONT_CONTEXT = { bypassCSP: true } as const;

/** Call it when the page is there. */
export async function useFont(page: Page): Promise<void> {
  await page.route("**/screenshot-font/*", async (route) =>
    route.fulfill({ path: join(FONT, "files", new URL(route.request().url()).pathname.slice(17)) }),
  );
  await page.addStyleTag({ content: STYLE });
  await page.evaluate(async () => document.fonts.ready);
}
