/** Writes the catalogue of events and the queries into their pages, and the dashboard: a change is seen in its diff. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAGES, fillPage } from "./fill-page.ts";
import { makeDashboard } from "./make-dashboard.ts";

const DOCS = join(import.meta.dirname, "../docs");

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
for (const name of Object.keys(PAGES) as readonly (keyof typeof PAGES)[]) {
  const path = join(DOCS, name);
  writeFileSync(path, fillPage(name, readFileSync(path, "utf8")));
}
const dashboard = JSON.stringify(makeDashboard(), undefined, 2);
writeFileSync(join(DOCS, "grafana-dashboard.json"), `${dashboard}\n`);
