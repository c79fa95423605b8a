#!/usr/bin/env node
/** Starts the command: of a clone its TypeScript, of the installed package what that was compiled to. */
import { existsSync } from "node:fs";

const source = new URL("../cli/main.ts", import.meta.url);
const compiled = new URL("../dist/cli/main.js", import.meta.url);
await import((existsSync(source) ? source : compiled).href);
