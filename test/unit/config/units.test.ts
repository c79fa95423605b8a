import { describe, expect, it } from "vitest";
import { parseDuration, parseRate, parseSize } from "../../../src/config/units.ts";

describe("quantities as people write them", () => {
  it.for([
    ["2 min", 120],
    ["90 s", 90],
    ["1 h", 3600],
    ["7 days", 604_800],
    ["1 hour", 3600],
    ["0.5 h", 1800],
    [300, 300],
    ["5", undefined],
    ["2 minutes and", undefined],
    ["-1 min", undefined],
    ["1.2345 min", undefined],
    ["0.001 s", undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    ["1 constructor", undefined],
    [undefined, undefined],
  ] as const)("the duration %j has %j seconds", ([text, seconds]) =>
    expect(parseDuration(text)).toBe(seconds),
  );

  it.for([
    ["5 MB", 5_000_000],
    ["5 MiB", 5_242_880],
    ["1.5 GB", 1_500_000_000],
    ["5GB", 5_000_000_000],
    ["12 B", 12],
    ["5 mb", undefined],
    ["99999 TB", undefined],
    [-1, undefined],
    [0, 0],
  ] as const)("the size %j has %j bytes", ([text, bytes]) => expect(parseSize(text)).toBe(bytes));

  it.for([
    ["30 / minute", { limit: 30, windowSeconds: 60 }],
    ["120/hour", { limit: 120, windowSeconds: 3600 }],
    ["0 / day", undefined],
    ["30 per minute", undefined],
    [30, undefined],
  ] as const)("the rate %j is %j", ([text, rate]) => expect(parseRate(text)).toEqual(rate));
});
