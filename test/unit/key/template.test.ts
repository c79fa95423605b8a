import { describe, expect, it } from "vitest";
import { matchesTemplate } from "../../../src/key/match.ts";
import { parseTemplate } from "../../../src/key/template.ts";

/** Four such placeholders side by side took minutes for one key of 1,024 hyphens, and three 150 ms. */
describe("a segment", () => {
  it.for(["{id}-{name}-{id}", "{name}{name}", "{ext}-{ext}", "{id}-{yyyy}-{id}"])(
    "of %s is refused, as its keys would take long to recognize",
    (segment) => {
      expect(parseTemplate(`photos/{user}/${segment}`)).toEqual({
        errors: [expect.stringContaining("once")],
      });
    },
  );

  it("may repeat a placeholder of another segment, and the parts of a date", () => {
    const template = parseTemplate("{yyyy}-{mm}-{yyyy}/{user}/{id}/{id}-{name}.{ext}");
    if ("errors" in template) throw new TypeError(template.errors.join());
    const owner = { policy: { name: "photo" }, caller: { segment: "alice", claims: {} } };
    expect(matchesTemplate("2026-11-2026/alice/x/x-a-b.c.png", template, owner)).toBe(true);
    expect(matchesTemplate(`2026-11-2026/alice/x/${"-".repeat(990)}`, template, owner)).toBe(false);
  });
});
