import * as z from "zod/mini";
import { describe, expect, it } from "vitest";
import { parseAs } from "../../../src/http/parse.ts";
import { Problem } from "../../../src/problem.ts";

function errorsOf(schema: z.ZodMiniType, value: unknown): readonly string[] {
  try {
    parseAs(schema, value);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return (error.extras.errors ?? []).map(({ pointer }) => pointer);
  }
}

/** Some 1 MiB of them are a body of `complete`: 100,000 errors took 100 ms and 15 MB to answer. */
describe("the errors of a request", () => {
  it("are all named where they are few", () => {
    const schema = z.strictObject({ a: z.string(), b: z.array(z.string()) });
    expect(errorsOf(schema, { a: 1, b: ["x", 2], c: 3 })).toEqual(["/a", "/b/1", "/c"]);
  });

  it("are the first 25, of an array with 10,000", () => {
    const schema = z.object({ parts: z.array(z.object({ etag: z.string() })) });
    const errors = errorsOf(schema, { parts: Array.from({ length: 10_000 }, () => ({})) });
    expect(errors).toHaveLength(25);
    expect(errors[24]).toBe("/parts/24/etag");
  });

  it("are the first 25, of 100,000 unknown fields", () => {
    const names = Array.from({ length: 100_000 }, (_, index) => [`f${index}`, 0] as const);
    const errors = errorsOf(z.strictObject({}), Object.fromEntries(names));
    expect(errors).toHaveLength(25);
    expect(errors[24]).toBe("/f24");
  });
});
