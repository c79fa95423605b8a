import { describe, expect, it } from "vitest";
import { readIdempotencyKey } from "../../../src/http/idempotency-key.ts";

describe("the header Idempotency-Key", () => {
  it.for([
    ["a UUID, as most clients send it", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ["base64", "a/b+c=="],
    ["255 characters", "a".repeat(255)],
  ] as const)("may be %s, and is the same in quotes", ([, key]) => {
    expect(readIdempotencyKey(key)).toBe(key);
    expect(readIdempotencyKey(`"${key}"`)).toBe(key);
  });

  it("has escapes in quotes, as in RFC 9651", () => {
    expect(readIdempotencyKey(String.raw`"a \"b\" \\ c"`)).toBe(String.raw`a "b" \ c`);
  });

  it("may be absent", () => {
    expect(readIdempotencyKey(undefined)).toBeUndefined();
  });

  it.for([
    ["nothing", ""],
    ["nothing in quotes", '""'],
    ["256 characters", "a".repeat(256)],
    ["256 characters in quotes", `"${"a".repeat(256)}"`],
    ["10 kB", "a".repeat(10_000)],
    ["10 kB that are nearly in quotes", `"${"\\\\".repeat(5000)}`],
    ["a space without quotes", "a b"],
    ["two headers", "a, b"],
    ["a parameter", '"a";b=1'],
    ["one quote", '"a'],
    ["a quote inside", '"a"b"'],
    ["an escape of another character", String.raw`"\a"`],
    ["a control character", "a\u0001"],
    ["a tab in quotes", '"a\tb"'],
    ["DEL", "a\u007F"],
    ["text beyond ASCII", "é"],
  ] as const)("is refused with %s", ([, header]) => {
    expect(() => readIdempotencyKey(header)).toThrow(
      expect.objectContaining({ code: "bad-request" }) as Error,
    );
  });
});
