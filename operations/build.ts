/** Writes the catalogue of events into docs/operations.md, between its markers: a change is seen in its diff. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fillPage } from "./fill-page.ts";

const PAGE = join(import.meta.dirname, "../docs/operations.md");

writeFileSync(PAGE, fillPage(readFileSync(PAGE, "utf8")));
