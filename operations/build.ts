/** Writes the catalogues of events and the queries into their pages, the dashboard and the schema: a change is seen in its diff. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PAGES, fillPage } from "./fill-page.ts";
import { makeDashboard } from "./make-dashboard.ts";
import { makeAuditSchema } from "./write-audit.ts";

const DOCS = join(import.meta.dirname, "../docs");

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
for (const name of Object.keys(PAGES) as readonly (keyof typeof PAGES)[]) {
  const path = join(DOCS, name);
  writeFileSync(path, fillPage(name, readFileSync(path, "utf8")));
}
writeJson("audit-event.schema.json", makeAuditSchema());
writeJson("grafana-dashboard.json", makeDashboard());

function writeJson(name: string, value: object): void {
  writeFileSync(join(DOCS, name), `${JSON.stringify(value, undefined, 2)}\n`);
}
