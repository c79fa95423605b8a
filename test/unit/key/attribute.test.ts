import { describe, expect, it } from "vitest";
import { attributeKey } from "../../../src/key/attribute.ts";
import { decodeSegment, encodeSegment } from "../../../src/key/segment.ts";
import { parseTemplate, type Template } from "../../../src/key/template.ts";

const ISSUERS = [
  { name: "https://backend.example.com", userPrefix: undefined },
  { name: "https://partner.example.com", userPrefix: "p" },
];
const [BACKEND = "", PARTNER = ""] = ISSUERS.map(({ name }) => name);

function templateOf(text: string): Template {
  const template = parseTemplate(text);
  if ("errors" in template) throw new TypeError(template.errors.join());
  return template;
}
const attribute = (key: string, template = "photos/{user}/{id}.{ext}") =>
  attributeKey(key, templateOf(template), ISSUERS);
const usersOf = (key: string, template?: string) => attribute(key, template)?.users;

describe("a key", () => {
  it("belongs to the user of its segment, of the issuer of its prefix", () => {
    expect(usersOf("photos/alice/x.png")).toEqual([{ issuer: BACKEND, user: "alice" }]);
    expect(usersOf("photos/auth0.7c1/x.png")).toEqual([{ issuer: BACKEND, user: "auth0|1" }]);
    expect(usersOf("photos/p.-alice/x.png")).toEqual([{ issuer: PARTNER, user: "alice" }]);
    expect(usersOf(`photos/p.-${encodeSegment("p.-a/é")}/x.png`)).toEqual([
      { issuer: PARTNER, user: "p.-a/é" },
    ]);
  });

  it.for([
    ["another folder", "photo/alice/x.png"],
    ["another depth", "photos/alice/y/x.png"],
    ["no extension", "photos/alice/x"],
    ["an encoding that nothing has", "photos/a.62/x.png"],
    ["upper-case digits", "photos/a.7C/x.png"],
    ["half a character", "photos/a.c3/x.png"],
    ["the prefix of no issuer", "photos/q.-alice/x.png"],
    ["a prefix without a user", "photos/p.-/x.png"],
    ["a file name in NFD", "photos/alice/e\u0301.png"],
    ["a zero-width character", "photos/alice/x\u200B.png"],
    ["a lone surrogate", "photos/alice/\uD83C.png"],
    ["two dots", "photos/../x.png"],
    ["no text", ""],
    ["more than a key can have", `photos/alice/${"x".repeat(1024)}.png`],
  ] as const)("is nobody's with %s", ([, key]) => {
    expect(attribute(key)).toBeUndefined();
  });

  it("without {user} in its template is made by it, and names nobody", () => {
    expect(attribute("shared/x.png", "shared/{id}.{ext}")).toEqual({ users: [], claims: {} });
  });

  it("says the claims that are whole segments", () => {
    const template = "teams/{claim.team}/{user}/v{claim.version}-{name}";
    expect(attribute("teams/a.2fb/alice/v7-x", template)).toEqual({
      users: [{ issuer: BACKEND, user: "alice" }],
      claims: { team: "a/b" },
    });
    expect(attribute("teams/a.2/alice/v7-x", template)).toBeUndefined();
    expect(attribute("a/b/x", "{claim.team}/{claim.team}/{id}")).toBeUndefined();
    expect(attribute("a/a/x", "{claim.team}/{claim.team}/{id}")).toMatchObject({
      claims: { team: "a" },
    });
  });

  it("has its dates and literals where the template has them", () => {
    const template = "{user}/{yyyy}-{mm}/{dd}.{id}~{name}";
    expect(usersOf("alice/2026-11/22.x~a~b", template)).toHaveLength(1);
    expect(attribute("alice/2026-1/22.x~a", template)).toBeUndefined();
    expect(attribute("alice/2026-11/22.xa", template)).toBeUndefined();
  });
});

it("decodes a byte-order mark as a part of the text", () => {
  expect(decodeSegment(encodeSegment("\uFEFFa"))).toBe("\uFEFFa");
});
