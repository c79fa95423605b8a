import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import * as z from "zod/mini";
import { WORKERD } from "./runtime.ts";
import { ROOT } from "./workspace.ts";

const manifest = z.object({ version: z.string() });
const PACKAGES = [
  "wrangler",
  "hono",
  "aws4fetch",
  "jose",
  "zod",
  "@better-upload/server",
  "@aws-sdk/s3-request-presigner",
] as const;

/** Returns the versions of the runtime and the dependencies, and the machine. */
export function readVersions(): Readonly<Record<string, string>> {
  return {
    workerd: WORKERD.version,
    ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    node: process.versions.node,
    machine: `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model ?? "CPU"}`,
  };
}

function versionOf(name: string): string {
  const file = join(ROOT, "node_modules", name, "package.json");
  return manifest.parse(JSON.parse(readFileSync(file, "utf8"))).version;
}
