import { describe, expectTypeOf, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import type { ConfigDefinition, PolicyNameOf } from "../../../src/config/definition.ts";

describe("the type of a configuration", () => {
  it("has the names of its policies, for hooks and callers", () => {
    type Names = PolicyNameOf<typeof development>;
    expectTypeOf<Names>().toEqualTypeOf<
      "avatar" | "checked" | "document" | "limited" | "photo" | "plan" | "team" | "video"
    >();
  });

  it("has those of policies that replace them, and any where it is not known", () => {
    const replaced = { ...development, policies: { only: development.policies["photo"] } };
    expectTypeOf<PolicyNameOf<typeof replaced & ConfigDefinition>>().not.toEqualTypeOf<
      PolicyNameOf<typeof development>
    >();
    expectTypeOf<PolicyNameOf<ConfigDefinition>>().toEqualTypeOf<string>();
  });
});
