import { describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";

describe("a secret", () => {
  it("prints as its name wherever it is printed", () => {
    const secret = new Secret("MEDIA_SECRET_ACCESS_KEY", "hidden");
    expect(`${String(secret)} ${JSON.stringify({ secret })}`).toBe(
      '[secret MEDIA_SECRET_ACCESS_KEY] {"secret":"[secret MEDIA_SECRET_ACCESS_KEY]"}',
    );
    expect(Object.values(secret)).not.toContain("hidden");
  });
});
