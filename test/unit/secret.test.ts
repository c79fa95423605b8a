import { describe, expect, it } from "vitest";
import { Secret, haveSameValue, readSecret, secretError } from "../../src/secret.ts";

describe("a secret", () => {
  it("prints as its name wherever it is printed", () => {
    const secret = new Secret("MEDIA_SECRET_ACCESS_KEY", "hidden");
    expect(`${String(secret)} ${JSON.stringify({ secret })}`).toBe(
      '[secret MEDIA_SECRET_ACCESS_KEY] {"secret":"[secret MEDIA_SECRET_ACCESS_KEY]"}',
    );
    expect(Object.values(secret)).not.toContain("hidden");
  });

  it("that is set to an empty text is not set", () => {
    expect(readSecret({ MEDIA_SESSION_TOKEN: "" }, "MEDIA_SESSION_TOKEN")).toBeUndefined();
    expect(readSecret({ MEDIA_SESSION_TOKEN: "a" }, "MEDIA_SESSION_TOKEN")?.reveal()).toBe("a");
  });

  it("has the value of another one, and never of itself", () => {
    const secret = new Secret("A", "value");
    expect(haveSameValue(secret, new Secret("B", "value"))).toBe(true);
    expect(haveSameValue(secret, new Secret("B", "other"))).toBe(false);
    expect(haveSameValue(secret, new Secret("A", "value"))).toBe(false);
  });

  it.for([
    ["0123456789abcdef0123456789abcdef", undefined],
    ["0123456789abcdef0123456789abcde", "must have at least 32 characters"],
    ["012345".padEnd(32, "0"), undefined],
    ["01234".padEnd(32, "0"), "must be random"],
  ] as const)("%s has the error %s", ([value, error]) => {
    const found = secretError(new Secret("UPLOAD_ID_SECRET", value), 32);
    expect(found?.slice(0, error?.length)).toBe(error);
  });
});
