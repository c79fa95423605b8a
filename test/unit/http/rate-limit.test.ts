import { describe, expect, it } from "vitest";
import { addressKey } from "../../../src/http/rate-limit.ts";

describe("an address", () => {
  it.for([
    ["203.0.113.9", "203.0.113.9"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::9", "2001:db8:1:2"],
    ["2001:0DB8:0001:0002::", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["2001:db8::1", "2001:db8:0:0"],
    [undefined, "unknown"],
  ] as const)("%s is counted as %s", ([address, key]) => expect(addressKey(address)).toBe(key));
});
