import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partsOf, planParts, sizeOfPart } from "../../../src/grant/parts.ts";
import { MiB } from "../support/fake-store.ts";

const GiB = 1024 * MiB;

const TiB = 1024 * GiB;

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("the plan of parts", () => {
  it.for([
    [0, 1, 0],
    [1, 1, 1],
    [8 * MiB - 1, 1, 8 * MiB - 1],
    [8 * MiB, 1, 8 * MiB],
    [8 * MiB + 1, 2, 1],
    [24 * MiB, 3, 8 * MiB],
    [24 * MiB - 1, 3, 8 * MiB - 1],
    [10_000 * 8 * MiB, 10_000, 8 * MiB],
  ] as const)("cuts %i bytes into %i parts, the last one of %i", ([size, partCount, last]) => {
    const plan = { size, partSize: 8 * MiB, partCount };
    expect(planParts(size, 10_000)).toEqual(plan);
    expect(sizeOfPart(plan, partCount)).toBe(last);
  });

  it("takes larger parts of whole MiB where there would be too many", () => {
    expect(planParts(10_000 * 8 * MiB + 1, 10_000)).toMatchObject({
      partSize: 9 * MiB,
      partCount: 8889,
    });
    expect(planParts(5 * TiB, 10_000)).toMatchObject({ partSize: 525 * MiB, partCount: 9987 });
    expect(planParts(1000 * 8 * MiB + 1, 1000)).toMatchObject({
      partSize: 9 * MiB,
      partCount: 889,
    });
  });

  it("ends where no part may be larger", () => {
    expect(planParts(1000 * 5 * GiB, 1000)).toMatchObject({ partSize: 5 * GiB, partCount: 1000 });
    expect(planParts(1000 * 5 * GiB + 1, 1000)).toBeUndefined();
  });

  it("has parts of one size, 5 MiB or more, that make up the file and are not too many", () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 100 * MiB }),
      fc.integer({ min: 0, max: 5 * TiB }),
    );
    fc.assert(
      fc.property(sizes, fc.constantFrom(1000, 10_000), (size, maxParts) => {
        const plan = planParts(size, maxParts);
        fc.pre(plan !== undefined);
        const { partSize, partCount } = plan;
        const lengths = numbers(partCount).map((number) => sizeOfPart(plan, number));
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(size);
        expect(partCount).toBeLessThanOrEqual(maxParts);
        expect(partSize).toBeGreaterThanOrEqual(5 * MiB);
        expect(partSize).toBeLessThanOrEqual(5 * GiB);
        expect(lengths.slice(0, -1).every((length) => length === partSize)).toBe(true);
        expect(lengths.at(-1)).toBeLessThanOrEqual(partSize);
        expect(lengths.at(-1) === 0).toBe(size === 0);
        expect(partsOf(size, partSize)).toEqual(plan);
      }),
    );
  });
});
