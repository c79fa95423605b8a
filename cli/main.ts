#!/usr/bin/env node
/** `npx edge-presigner`. */
import { endWithReader } from "./output.ts";
import { runProgram } from "./program.ts";

endWithReader(process.stdout);
await runProgram(process.argv.slice(2));
