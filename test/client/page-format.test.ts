/** Sizes as the page of the development server writes them. */
import { expect, it } from "vitest";
import { bytesOf } from "../../demo/src/format.ts";

it.for([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1500, "1.5 kB"],
  [999_400_000, "999 MB"],
  // What a quota of 1 GB has left after a small file.
  [999_999_968, "1 GB"],
] as const)("writes %d bytes as %s", ([bytes, text]) => expect(bytesOf("en", bytes)).toBe(text));
