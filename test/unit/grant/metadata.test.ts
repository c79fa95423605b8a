import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeAll,
  digestMetadata,
  encodeMetadata,
  metadataError,
} from "../../../src/grant/metadata.ts";

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

  // AWS S3 and R2 decode the words, and encode the text again in their own way (RFC 2047 has two).
  it.for([
    ["in base64", "=?UTF-8?B?Q2Fmw6kgaW4gUGFyaXM/?="],
    ["in Q encoding", "=?UTF-8?Q?Caf=C3=A9_in_Paris=3F?="],
    ["in Q encoding with spaces as they are", "=?utf-8?q?Caf=c3=a9=20in=20Paris=3F?="],
    ["in two words", "=?UTF-8?Q?Caf=C3=A9_in?= =?UTF-8?Q?_Paris=3F?="],
    ["in words of both kinds, folded", "=?UTF-8?Q?Caf=C3=A9_?=  =?UTF-8?B?aW4gUGFyaXM/?="],
    ["in words that part a character", "=?UTF-8?Q?Caf=C3?= =?UTF-8?Q?=A9_in_Paris=3F?="],
    ["in part", "=?UTF-8?Q?Caf=C3=A9?= in Paris?"],
  ] as const)("is the same where the store encodes it %s", ([, header]) => {
    const granted = { note: "Café in Paris?" };
    expect(decodeAll({ note: header })).toEqual(granted);
    expect(digestMetadata(decodeAll({ note: header }))).toBe(digestMetadata(granted));
  });

  it.for([
    ["loses the spaces around it", " a b ", "a b"],
    ["leaves what looks encoded as it is", "=?UTF-8?B?YQ==?=", "=?UTF-8?B?YQ==?="],
  ] as const)("is the same where a store that decodes it %s", ([, granted, header]) =>
    expect(digestMetadata(decodeAll({ a: header }))).toBe(digestMetadata({ a: granted })),
  );

  it.for(["=?UTF-8?B?YQ?=", "=?UTF-8?X?YQ==?=", "=?UTF-8?Q?=G1?=", "=?", "?= =?UTF-8?B?a?="])(
    "that is not encoded stays: %s",
    (header) => expect(decodeAll({ a: header })).toEqual({ a: header }),
  );
});
