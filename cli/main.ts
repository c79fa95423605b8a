#!/usr/bin/env node
/** `npx edge-presigner`: the commands for those who run the service. */
import { exitOnClosedPipe } from "./output.ts";
import { runProgram } from "./program.ts";

exitOnClosedPipe();
await runProgram(process.argv.slice(2));
