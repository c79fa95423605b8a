import { afterAll, expect, it } from "vitest";
import { findDart, removeFolders, type Dart } from "./dart.ts";

const found = findDart();
afterAll(removeFolders);

/** Declares tests that need Dart. Without one they are left out, and the reason is printed. */
export function withDart(name: string, declare: (dart: Dart) => void): void {
  if ("missing" in found) leaveOut(name, found.missing);
  else declare(found);
}

/** Declares tests that need a command of the SDK, which a VM has not. */
export function withSdk(name: string, declare: (dart: Dart) => void): void {
  if ("missing" in found) leaveOut(name, found.missing);
  else if (found.hasSdk) declare(found);
  else leaveOut(name, "the Dart VM beside the checkout has no such commands");
}

function leaveOut(name: string, reason: string): void {
  process.stderr.write(`left out: ${name}: ${reason}\n`);
  it.skipIf(reason !== "")(`${name} (left out: ${reason})`, () => {
    expect(found).not.toHaveProperty("missing");
  });
}
