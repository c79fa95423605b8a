import { describe, expect, it } from "vitest";
import { randomId } from "../../src/random-id.ts";

describe("a random id", () => {
  const ids = Array.from({ length: 10_000 }, randomId);

  it("is a UUID of version 4", () => {
    for (const id of ids)
      expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it("is never given out twice, also where the pool is filled again", () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has every value in every random digit", () => {
    const positions = [0, 9, 15, 20, 35].map((at) => new Set(ids.map((id) => id[at])).size);
    expect(positions).toEqual([16, 16, 16, 16, 16]);
  });
});
