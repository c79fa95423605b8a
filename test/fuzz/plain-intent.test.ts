import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainIntent } from "../../src/http/plain-intent.ts";
import { uploadRequest } from "../../src/http/v1-request.ts";
import { expectAlways } from "./support/expect-always.ts";
import { anyText, mostly } from "./support/texts.ts";

const NFD = "여행.png".normalize("NFD");
const text = fc.oneof(
  anyText,
  fc.constantFrom("image/png", "a/b; c", "", NFD, "\u{1F600}".repeat(255)),
);
const OTHERS = [
  null,
  -1,
  0,
  NFD,
  1.5,
  2 ** 53,
  "",
  true,
  [],
  {},
  Number.NaN,
  "x".repeat(256),
  "A/B",
];
const other = fc.constantFrom(...OTHERS);
const requests = fc.record(
  {
    policy: mostly(text, other),
    filename: mostly(text, other),
    contentType: mostly(fc.constantFrom("image/png", "text/plain"), fc.oneof(text, other)),
    size: mostly(fc.nat(), other),
    multipart: mostly(fc.boolean(), other),
    partSize: mostly(fc.nat(), other),
    background: mostly(fc.boolean(), other),
    checksum: fc.oneof(fc.constant({ algorithm: "md5", value: "x" }), other),
    metadata: fc.oneof(fc.constant({ a: "b" }), other),
    extra: fc.boolean(),
  },
  { requiredKeys: [] },
);

function expectAccepted(request: unknown): void {
  if (!isPlainIntent(request)) return;
  expect(uploadRequest().safeParse(request)).toEqual({ success: true, data: request });
}

describe("a plain request", () => {
  it("is one that the schema accepts unchanged", async () => {
    await expectAlways(fc.property(requests, expectAccepted), 2000);
  });

  // Several wrong fields at once seldom are plain but for one.
  it.each(["policy", "filename", "contentType", "size", "multipart", "partSize", "background"])(
    "is one that the schema accepts, whatever %s is",
    (name) => {
      for (const value of OTHERS) expectAccepted({ contentType: "a/b", [name]: value });
    },
  );

  it("has all fields that the schema has, but those with a form of their own", () => {
    const ofTheirOwn = new Set(["checksum", "metadata"]);
    const values = { contentType: "a/b", policy: "p", filename: "f", size: 1, partSize: 1 };
    const names = Object.keys(uploadRequest().shape).filter((name) => !ofTheirOwn.has(name));
    const request = Object.fromEntries(names.map((name) => [name, true]));
    expect(isPlainIntent({ ...request, ...values })).toBe(true);
  });

  it.each([[], null, "a", { contentType: "A/B" }, { contentType: "a/b", x: 1 }, { size: 1 }])(
    "is not %j",
    (request) => {
      expect(isPlainIntent(request)).toBe(false);
    },
  );
});
