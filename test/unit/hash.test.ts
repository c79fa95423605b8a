import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHmac, isSameTag, sha256Hex } from "../../src/hash.ts";
import { toHex } from "../../src/hex.ts";

const ENCODER = new TextEncoder();
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

/** The runtime's own hashes are the reference. */
async function digest(text: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", ENCODER.encode(text))));
}

async function sign(key: Uint8Array<ArrayBuffer>, data: Uint8Array<ArrayBuffer>): Promise<string> {
  const imported = await crypto.subtle.importKey("raw", key, ALGORITHM, false, ["sign"]);
  return toHex(new Uint8Array(await crypto.subtle.sign("HMAC", imported, data)));
}

const bytes = (constraints: fc.IntArrayConstraints = {}) =>
  fc.uint8Array(constraints).map((array) => Uint8Array.from(array));

describe("SHA-256", () => {
  it("is that of WebCrypto for every text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 300 }), async (text) => {
        expect(sha256Hex(text)).toBe(await digest(text));
      }),
    );
  });

  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 100_000])(
    "is right at the edges of a block: %i bytes",
    async (length) => {
      expect(sha256Hex("a".repeat(length))).toBe(await digest("a".repeat(length)));
    },
  );
});

describe("HMAC-SHA-256", () => {
  it("is that of WebCrypto for every key and message, however often the key is used", async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes({ minLength: 1, maxLength: 130 }),
        fc.array(bytes({ maxLength: 200 }), { maxLength: 4 }),
        async (key, messages) => {
          const hmac = createHmac(key);
          for (const message of messages)
            // oxlint-disable-next-line no-await-in-loop -- one after the other, as the state is kept
            expect(toHex(hmac(message))).toBe(await sign(key, message));
        },
      ),
    );
  });

  it("of a text is that of its UTF-8", () => {
    const hmac = createHmac(ENCODER.encode("key"));
    expect(hmac("제주")).toEqual(hmac(ENCODER.encode("제주")));
  });
});

describe("tags", () => {
  it("are the same only where every byte and the length are", () => {
    const tag = Uint8Array.from([1, 2, 3]);
    expect(isSameTag(tag, Uint8Array.from([1, 2, 3]))).toBe(true);
    expect(isSameTag(tag, Uint8Array.from([1, 2, 4]))).toBe(false);
    expect(isSameTag(tag, Uint8Array.from([1, 2]))).toBe(false);
    expect(isSameTag(new Uint8Array(), new Uint8Array())).toBe(false);
  });
});
