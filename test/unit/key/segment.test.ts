import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeSegment, segmentError } from "../../../src/key/segment.ts";
import { parseDuration, parseRate, parseSize } from "../../../src/config/units.ts";
import { addressKey } from "../../../src/http/rate-limit.ts";
import { encodeMetadata, metadataError } from "../../../src/grant/metadata.ts";

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

describe("a user's segment", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });

  it("is a segment that a key can have, whatever the id is", () => {
    fc.assert(
      fc.property(text, (id) => {
        expect(segmentError(encodeSegment(id))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
  it("is another one for another id", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        fc.pre(a !== b);
        expect(encodeSegment(a)).not.toBe(encodeSegment(b));
      }),
      { numRuns: 2000 },
    );
  });
  it("keeps ids apart that look like each other's segments", () => {
    expect(new Set(["a|b", "a.7cb", "a.7Cb", "a%7Cb"].map(encodeSegment)).size).toBe(4);
  });
});

describe("metadata", () => {
  it("is never a header that could end before its value does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (value) => {
        if (metadataError(value)) return;
        expect(encodeMetadata(value)).toMatch(/^[\x20-\x7e]+$/);
        expect(new Headers({ "x-amz-meta-a": encodeMetadata(value) }).get("x-amz-meta-a")).toBe(
          encodeMetadata(value),
        );
      }),
      { numRuns: 2000 },
    );
  });
  it("has encoded words of at most 75 characters (RFC 2047 section 2)", () => {
    for (const word of encodeMetadata("제주도 여행 사진 모음 🎉".repeat(9)).split(" "))
      expect(word.length).toBeLessThanOrEqual(75);
  });
});

describe("an address", () => {
  it.for([
    ["203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:0DB8:0001:0002::", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["2001:db8::1", "2001:db8:0:0"],
    [undefined, "unknown"],
  ] as const)("%s is counted as %s", ([address, key]) => expect(addressKey(address)).toBe(key));
});
