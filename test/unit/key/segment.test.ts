import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeSegment, segmentError } from "../../../src/key/segment.ts";

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
