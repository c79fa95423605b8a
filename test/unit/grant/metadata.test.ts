import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll, encodeMetadata, metadataError } from "../../../src/grant/metadata.ts";

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
  it("comes back from a header as it was granted, a byte order mark too", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.stringMatching(/^[\uFEFF =?aé]{1,60}$/u),
    );
    fc.assert(
      fc.property(value, (album) => {
        if (metadataError(album)) return;
        const { headers } = new Response(null, { headers: { album: encodeMetadata(album) } });
        expect(decodeAll({ album: headers.get("album") ?? "" })).toEqual({ album });
      }),
      { numRuns: 2000, examples: [["\uFEFFé"]] },
    );
  });
  it("has encoded words of at most 75 characters (RFC 2047 section 2)", () => {
    for (const word of encodeMetadata("제주도 여행 사진 모음 🎉".repeat(9)).split(" "))
      expect(word.length).toBeLessThanOrEqual(75);
  });
});
