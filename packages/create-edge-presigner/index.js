#!/usr/bin/env node
/** `npm create edge-presigner`: `edge-presigner init` with the same arguments. */
process.argv.splice(2, 0, "init");
await import(
  new URL("bin/edge-presigner.js", import.meta.resolve("edge-presigner/package.json")).href
);
