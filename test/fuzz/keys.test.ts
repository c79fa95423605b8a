import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeKey, recognizeKey } from "../../src/key/make.ts";
import { encodeSegment } from "../../src/key/segment.ts";
import { parseTemplate } from "../../src/key/template.ts";
import { Problem } from "../../src/problem.ts";
import { leastCpuMs } from "./support/cpu-time.ts";
import { expectAlways } from "./support/expect-always.ts";
import { templates } from "./support/templates.ts";
import { anyName, anyText } from "./support/texts.ts";

/** Two texts of any length in a segment are quadratic: 1,024 characters take 35 ms, and 100 ms before the pattern is compiled. */
const LIMIT_MS = 200;
const NOW = new Date("2026-11-22T07:00:00Z");
const ID = "01234567-89ab-4cde-8f01-23456789abcd";
const EXTENSIONS = ["png", "jpg", "7z", "bin"];

/** Users as `authenticate` makes them: not empty, well-formed, with or without the prefix of their issuer. */
const users = fc
  .tuple(
    fc.constantFrom("", "b.-", "b2.-"),
    fc.oneof(fc.constantFrom("u1", "u10", "a|b", "a.7cb", "a%7Cb", "b.-u1", "..", "A"), anyText),
  )
  .filter(([, user]) => user !== "" && user.isWellFormed())
  .map(([prefix, user]) => ({ id: `${prefix} ${user}`, segment: prefix + encodeSegment(user) }));
const claimValues = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("acme", "a/b", "한글", 7) },
  { weight: 1, arbitrary: fc.oneof(anyText, fc.integer(), fc.constant(2 ** 53)) },
);
const claims = fc.oneof(
  { weight: 5, arbitrary: fc.record({ tenant: claimValues, org: claimValues }) },
  fc.record({ tenant: claimValues, org: claimValues }, { requiredKeys: [] }),
);

/** As every route parses them. */
const filenames = anyName.filter((name) => name !== "" && Array.from(name).length <= 255);

const grants = fc.record({
  template: templates,
  user: users,
  claims,
  filename: fc.oneof({ weight: 8, arbitrary: filenames }, fc.constant(undefined)),
  extension: fc.constantFrom(...EXTENSIONS),
  id: fc.constantFrom(ID, ID.replaceAll("0", "f")),
  key: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, anyText),
});
type Grant = typeof grants extends fc.Arbitrary<infer T> ? T : never;

const callerOf = ({ user, claims: own, key }: Grant) => ({
  segment: user.segment,
  claims: own,
  scope: { key },
});

const templateOf = (text: string) => {
  const template = parseTemplate(text);
  return "errors" in template ? undefined : template;
};

/** Returns what the function returns, or the problem that it throws; any other error is a defect. */
function orProblem<T>(work: () => T): T | Problem {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function make(grant: Grant): string | undefined {
  const template = templateOf(grant.template);
  if (!template) return undefined;
  const { extension, filename, id } = grant;
  const policy = { name: "photo", template };
  const made = orProblem(() =>
    makeKey({ policy, caller: callerOf(grant), extension, filename }, { id, now: NOW }),
  );
  return made instanceof Problem ? undefined : made.text;
}

function isRecognized(key: string, grant: Grant): boolean {
  const template = templateOf(grant.template);
  if (!template) return false;
  const policy = { name: "photo", template };
  return !(
    orProblem(() => recognizeKey(key, { policy, caller: callerOf(grant) })) instanceof Problem
  );
}

/** The texts that only one user's keys have, by the template alone. */
function ownSegments({ template, user }: Grant): ReadonlyMap<number, string> {
  const parts = template.split("/").map((segment, index) => [index, segment] as const);
  return new Map(
    parts.filter(([, segment]) => segment === "{user}").map(([index]) => [index, user.segment]),
  );
}

describe("a key that is made", () => {
  it("is recognized as its owner's", async () => {
    await expectAlways(
      fc.property(grants, (grant) => {
        const key = make(grant);
        expect(key === undefined || isRecognized(key, grant)).toBe(true);
      }),
      1500,
    );
  });

  it("has its owner's segment where the template says so, and is as S3 accepts it", async () => {
    await expectAlways(
      fc.property(grants, (grant) => {
        const key = make(grant);
        if (key === undefined) return;
        const segments = key.split("/");
        for (const [index, own] of ownSegments(grant)) expect(segments[index]).toBe(own);
        expect(new TextEncoder().encode(key).length).toBeLessThanOrEqual(1024);
        expect(key.isWellFormed()).toBe(true);
        expect(segments.filter((segment) => /^\.{0,2}$/.test(segment))).toEqual([]);
        // The URL parser of any client leaves it as it is.
        const { pathname } = new URL(`https://s3.example.com/${encodeURIComponent(key)}`);
        expect(decodeURIComponent(pathname.slice(1))).toBe(key);
      }),
      1500,
    );
  });

  it("is never recognized as another user's", async () => {
    await expectAlways(
      fc.property(grants, users, claims, (grant, user, otherClaims) => {
        fc.pre(user.id !== grant.user.id && grant.template.split("/").includes("{user}"));
        const key = make(grant);
        if (key === undefined) return;
        expect(isRecognized(key, { ...grant, user })).toBe(false);
        expect(isRecognized(key, { ...grant, user, claims: otherClaims })).toBe(false);
      }),
      1500,
    );
  });
});

describe("a key that a client names", () => {
  const named = grants.chain((grant) => {
    const key = make(grant) ?? `photos/${grant.user.segment}/x.png`;
    const end = fc.nat({ max: key.length });
    return fc.record({
      grant: fc.constant(grant),
      key: fc.oneof(
        anyText,
        fc
          .tuple(end, anyText, end)
          .map(([from, text, to]) => key.slice(0, from) + text + key.slice(to)),
        fc.constant(key.replaceAll("%", "%25")),
        fc.constant(encodeURIComponent(key)),
        fc.constant(key.normalize("NFD")),
        fc.constant(key.toUpperCase()),
      ),
    });
  });

  it("is recognized only with the caller's own segment, and never with a segment that a store folds", async () => {
    await expectAlways(
      fc.property(named, ({ grant, key }) => {
        if (!isRecognized(key, grant)) return;
        const segments = key.split("/");
        for (const [index, own] of ownSegments(grant)) expect(segments[index]).toBe(own);
        expect(segments.filter((segment) => /^\.{0,2}$/.test(segment))).toEqual([]);
        expect(segments).toHaveLength(grant.template.split("/").length);
        expect(key).not.toMatch(/[\\\p{Cc}]/u);
        expect(key.isWellFormed()).toBe(true);
      }),
      2500,
    );
  });
});

describe("a long key", () => {
  const long = fc
    .array(fc.constantFrom("-", ".", "a", "1", "x", "=", "b."), { minLength: 1, maxLength: 3 })
    .map((pieces) => pieces.join("").repeat(1000));

  it("is recognized or refused within 200 ms of CPU time", async () => {
    await expectAlways(
      fc.asyncProperty(grants, long, async (grant, text) => {
        const segments = grant.template.split("/").map((segment) => {
          if (segment === "{user}") return grant.user.segment;
          return /[{}]/.test(segment) ? text : segment;
        });
        const key = segments.join("/").slice(0, 1024);
        const spentMs = await leastCpuMs(() => isRecognized(key, grant), LIMIT_MS);
        expect(spentMs).toBeLessThan(LIMIT_MS);
      }),
      500,
    );
  });
});

describe("a template", () => {
  it("is parsed or refused, whatever the text is", async () => {
    await expectAlways(
      fc.property(fc.oneof(templates, anyText), (text) => {
        const template = parseTemplate(text);
        const isParsed =
          "errors" in template
            ? template.errors.length > 0
            : template.segments.length === text.split("/").length;
        expect(isParsed).toBe(true);
      }),
      1500,
    );
  });
});
