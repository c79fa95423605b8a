/** Writes `openapi.json`, which is tracked: a change of the contract is seen in its diff. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeDocument } from "./document.ts";

const text = JSON.stringify(makeDocument(), undefined, 2);
writeFileSync(join(import.meta.dirname, "openapi.json"), `${text}\n`);
