import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributeKey } from "../../src/key/attribute.ts";
import { makeKey, recognizeKey } from "../../src/key/make.ts";
import { encodeUserSegment } from "../../src/key/segment.ts";
import { parseTemplate, type Template } from "../../src/key/template.ts";
import { Problem } from "../../src/problem.ts";
import { leastCpuMs } from "./support/cpu-time.ts";
import { expectAlways } from "./support/expect-always.ts";
import { templates } from "./support/templates.ts";
import { anyName, anyText } from "./support/texts.ts";

const LIMIT_MS = 50;
const NOW = new Date("2026-11-22T07:00:00Z");
const ID = "01234567-89ab-4cde-8f01-23456789abcd";
const ISSUERS = [
  { name: "https://a.example.com", userPrefix: undefined },
  { name: "https://b.example.com", userPrefix: "b" },
  { name: "https://b2.example.com", userPrefix: "b2" },
];

const owners = fc.record({
  issuer: fc.constantFrom(...ISSUERS),
  user: fc
    .oneof(fc.constantFrom("u1", "u10", "a|b", "a.7cb", "b.-u1", "..", "\uFEFF"), anyText)
    .filter((user) => user !== "" && user.isWellFormed()),
});
const values = fc.oneof(fc.constantFrom("acme", "a/b", "한글", "7"), anyText);

const parsed = templates.map(parseTemplate).filter((one): one is Template => !("errors" in one));
const grants = fc.record({
  template: parsed,
  owner: owners,
  claims: fc.record({ tenant: values, org: values }),
  filename: anyName.filter((name) => name !== "" && Array.from(name).length <= 255),
  extension: fc.constantFrom("png", "7z"),
});
type Grant = typeof grants extends fc.Arbitrary<infer T> ? T : never;

const ruleOf = ({ template, owner, claims }: Grant) => ({
  policy: { name: "photo", template },
  caller: {
    segment: encodeUserSegment(owner.user, owner.issuer.userPrefix),
    claims,
    scope: { key: undefined },
  },
});

/** Returns `undefined` for what the service refuses; any other error is a defect. */
function make(grant: Grant): string | undefined {
  const { extension, filename } = grant;
  try {
    return makeKey({ ...ruleOf(grant), extension, filename }, { id: ID, now: NOW }).text;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function isRecognized(key: string, grant: Grant): boolean {
  try {
    return recognizeKey(key, ruleOf(grant)).text === key;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

const claimsIn = ({ template, claims }: Grant) =>
  Object.fromEntries(
    Object.entries(claims).filter(([name]) =>
      template.segments.some(
        ([part, ...others]) => part?.kind === "claim" && part.claim === name && !others.length,
      ),
    ),
  );

describe("a key that is made", () => {
  it("is attributed to its owner, and to nobody else", async () => {
    await expectAlways(
      fc.property(grants, (grant) => {
        const key = make(grant);
        if (key === undefined) return;
        const { issuer, user } = grant.owner;
        const users = grant.template.userIndex < 0 ? [] : [{ issuer: issuer.name, user }];
        const claims = claimsIn(grant);
        expect(attributeKey(key, grant.template, ISSUERS)).toEqual({ users, claims });
      }),
      1500,
    );
  });
});

describe("any key", () => {
  const named = grants.chain((grant) => {
    const key = make(grant) ?? "photos/u1/x.png";
    const end = fc.nat({ max: key.length });
    const spliced = fc
      .tuple(end, anyText, end)
      .map(([from, text, to]) => key.slice(0, from) + text + key.slice(to));
    const folded = fc.constantFrom(key.normalize("NFD"), key.toUpperCase(), `${key}/`);
    return fc.record({ grant: fc.constant(grant), key: fc.oneof(anyText, spliced, folded) });
  });

  it("is attributed to a user who may name it, or to nobody", async () => {
    await expectAlways(
      fc.property(named, ({ grant, key }) => {
        const found = attributeKey(key, grant.template, ISSUERS);
        const [first, ...others] = found?.users ?? [];
        expect(others).toEqual([]);
        if (!found || !first) return;
        const issuer = ISSUERS.find(({ name }) => name === first.issuer);
        if (!issuer) throw new TypeError("Nobody has configured the issuer");
        const isWhole = grant.template.segments.every(
          (parts) => parts.length === 1 || parts.every(({ kind }) => kind !== "claim"),
        );
        if (!isWhole || Object.values(found.claims).includes("")) return;
        const own = {
          ...grant,
          owner: { issuer, user: first.user },
          claims: { ...grant.claims, ...found.claims },
        };
        expect(isRecognized(key, own)).toBe(true);
      }),
      2500,
    );
  });

  it("is attributed in 50 ms of CPU time, also with many claims in a segment", async () => {
    const text = `{claim.a}-{claim.b}-{claim.c}{claim.d}-{claim.e}{id}-{name}.{ext}`;
    const template = parseTemplate(text);
    if ("errors" in template) throw new TypeError(template.errors.join());
    const pieces = fc.array(fc.constantFrom("-", "a", ".", "=", "-."), {
      minLength: 1,
      maxLength: 3,
    });
    await expectAlways(
      fc.asyncProperty(pieces, async (some) => {
        const key = some.join("").repeat(1024).slice(0, 1024);
        const spentMs = await leastCpuMs(() => attributeKey(key, template, ISSUERS), LIMIT_MS);
        expect(spentMs).toBeLessThan(LIMIT_MS);
      }),
      50,
    );
  });
});
