import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDocument } from "./document.ts";
import { makePage } from "./page.ts";

/** Writes `openapi.json` and the page `docs.html` into a folder of assets: docs/openapi.md. */
export function writeReference(folder: string): void {
  const document = makeDocument();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(document));
  writeFileSync(join(folder, "docs.html"), makePage(document));
  copyFileSync(join(import.meta.dirname, "docs.css"), join(folder, "docs.css"));
}
