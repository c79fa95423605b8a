import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileConfig } from "../../src/config/compile.ts";
import { parseWebhookSecrets } from "../../src/config/compile-proof.ts";
import { parsePrivateKeys } from "../../src/config/private-key.ts";
import { parseBytesRate, parseDuration, parseRate, parseSize } from "../../src/config/units.ts";
import { chooseExtension, isTypeAllowed, mayRun } from "../../src/grant/content-type.ts";
import { decodeAll, encodeMetadata, metadataError } from "../../src/grant/metadata.ts";
import { parseScope } from "../../src/grant/token-scope.ts";
import { addressKey } from "../../src/http/rate-limit.ts";
import { namedPartsSchema, parseUppyUpload, queryAsBody } from "../../src/http/uppy/request.ts";
import {
  completeRequest,
  downloadRequest,
  listQuery,
  parseIntent,
  parsePartIntents,
} from "../../src/http/v1-request.ts";
import { matchesTemplate } from "../../src/key/match.ts";
import { encodeSegment, segmentError } from "../../src/key/segment.ts";
import { parseTemplate, reachesInto } from "../../src/key/template.ts";
import { isDigest } from "../../src/store/checksum.ts";
import { encodeKey } from "../../src/store/encode-key.ts";
import { isDocument, readBlocks, readField, readNumber } from "../../src/store/xml.ts";
import { openId } from "../unit/support/open-id.ts";
import { CONFIG, ENV, startWorker } from "../unit/support/start-worker.ts";
import { leastCpuMs } from "./support/cpu-time.ts";
import { expectAlways } from "./support/expect-always.ts";

/** The third is the most bytes that can arrive there, where the platform or another check limits them. */
type Parser = readonly [name: string, parse: (text: string) => unknown, maxBytes?: number];

/** Cloudflare accepts URLs of 16 KiB. */
const URL_BYTES = 2 ** 14;
/** Only who deploys the Worker writes its configuration. */
const AUTHOR_BYTES = 2 ** 16;
const MiB = 2 ** 20;

const worker = startWorker();
const get = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
  worker.fetch(path, { headers });
const compile = (part: object) => compileConfig({ ...CONFIG, ...part }, ENV);
const template = (text: string) => {
  const parsed = parseTemplate(text);
  if ("errors" in parsed) throw new TypeError(parsed.errors.join());
  return parsed;
};
const owner = {
  policy: { name: "photo" },
  caller: { segment: "alice", claims: { tenant: "acme" } },
};
const matches = (text: string) => {
  const compiled = template(text);
  return (key: string) => matchesTemplate(key, compiled, owner);
};

/** Everything that reads a text of a client, an issuer, a store or a configuration. */
const PARSERS: readonly Parser[] = [
  ["an origin", async (text) => get("/healthz", { origin: text })],
  ["an authorization", async (text) => get("/v1/uploads", { authorization: `Bearer ${text}` })],
  [
    "a token in the path",
    async (text) => get(`/uppy/${encodeURIComponent(text)}/s3/params`),
    URL_BYTES,
  ],
  ["an accepted type", async (text) => get("/s3/params", { accept: text })],
  ["a content type header", async (text) => get("/v1/uploads", { "content-type": text })],
  ["a path", async (text) => get(`/${text}`), URL_BYTES],
  ["an address", addressKey],
  ["an id", async (text) => openId(text)],
  ["an id of the first release", async (text) => openId(`a.${text}.b`)],
  ["a content type", (text) => parseIntent({ contentType: `image/${text}`, size: 1 })],
  ["a family of content types", (text) => isTypeAllowed(`${text}/${text}`, ["image/*"])],
  ["a script type", (text) => isTypeAllowed(`text/javascript${text}`, ["*/*"])],
  ["a file name", (text) => chooseExtension("application/octet-stream", `a${text}`)],
  ["an extension", (text) => chooseExtension("image/png", `a.${text}`)],
  ["a file name that may run", (text) => mayRun(["image/*"], `a.${text}`)],
  ["a checksum", (text) => isDigest({ algorithm: "sha256", value: text })],
  [
    "a checksum of parts",
    (text) => parsePartIntents({ partNumbers: [1], checksums: { 1: text, [text]: "" } }),
  ],
  ["parts", (text) => completeRequest().parse({ parts: [{ partNumber: text, etag: text }] })],
  ["parts of Uppy", (text) => namedPartsSchema().parse([{ PartNumber: 1, ETag: text }])],
  ["a query of Uppy", (text) => queryAsBody({ [`metadata[${text}]`]: text })],
  [
    "a file of Uppy",
    (text) => parseUppyUpload({ filename: text, type: text, metadata: { size: text } }),
  ],
  ["a page of a list", (text) => listQuery().parse({ status: text, cursor: text })],
  ["a download's file name", (text) => downloadRequest().parse({ key: "a", filename: text })],
  ["a metadata value", (text) => [metadataError(text), encodeMetadata(text)], 2 ** 14],
  ["a metadata header", (text) => decodeAll({ a: text, [text]: "" })],
  ["a metadata header in words", (text) => decodeAll({ a: `=?UTF-8?B?${text}?=` })],
  [
    "a metadata header in Q encoding",
    (text) => [decodeAll({ a: `=?UTF-8?Q?${text}?=` }), decodeAll({ a: `=?UTF-8?Q?a?=${text}` })],
  ],
  ["a scope", (text) => parseScope({ key: text, policies: [text] })],
  ["a segment", segmentError],
  ["a user", encodeSegment, 2 ** 13],
  ["a key that is signed", (text) => encodeKey(text.toWellFormed()), 2 ** 16],
  ["a key of a template", matches("photos/{user}/{id}.{ext}")],
  ["a key with a claim", matches("{claim.tenant}/{user}/{yyyy}-{mm}-{id}-{name}")],
  ["a template", parseTemplate, AUTHOR_BYTES],
  ["a template with placeholders", (text) => parseTemplate(`{user}/{${text}}/{id}`), AUTHOR_BYTES],
  [
    "two templates",
    (text) => reachesInto(template(`a-${text}`), template("{user}/{name}")),
    AUTHOR_BYTES,
  ],
  ["a duration", parseDuration],
  ["a size", (text) => parseSize(`5 ${text}`)],
  ["a number of bytes", (text) => parseSize(`1.${text}`)],
  ["a rate", (text) => parseRate(`5${text}/ minute`)],
  ["a rate of bytes", (text) => parseBytesRate(`5 MB / ${text}`)],
  ["a webhook's secret", (text) => parseWebhookSecrets(`whsec_${text}`)],
  ["a private key", parsePrivateKeys],
  ["configured origins", (text) => compile({ origins: [`https://${text}`] })],
  [
    "a configured issuer",
    (text) =>
      compile({
        issuers: [
          {
            kind: "jwks",
            issuer: `https://a.${text}`,
            jwksUrl: `https://a.b/${text}`,
            userClaim: text,
            algorithms: ["RS256"],
            audience: text,
          },
        ],
      }),
  ],
  [
    "a configured store",
    (text) =>
      compile({
        stores: {
          media: {
            provider: "ceph",
            bucket: `a${text}`,
            region: text,
            endpoint: `https://a${text}`,
            publicEndpoint: `https://${text}`,
          },
        },
      }),
  ],
  [
    "a configured policy",
    (text) =>
      compile({
        policies: {
          photo: {
            store: "media",
            key: "{user}/{id}",
            types: [`image/${text}`],
            maxBytes: text,
            metadata: [`a${text}`],
            cacheControl: `a${text}`,
          },
        },
      }),
  ],
  ["a document", (text) => isDocument(text, "a")],
  ["a document with a prologue", (text) => isDocument(`<?xml ${text}?><a>`, "a")],
  ["a document with attributes", (text) => isDocument(`<a ${text}></a>`, "a")],
  ["a field", (text) => readField(`<a>${text}</a>`, "a")],
  ["a number", (text) => readNumber(`<a>${text}</a>`, "a")],
  ["blocks", (text) => readBlocks(text, "a").map((block) => readField(block, "b"))],
];

/** Each class of characters that a pattern may repeat. */
const CHARACTERS = Array.from(
  " \n\0\u00A0\uFEFF\u0301\uD800가aA0-_./:;,+=~%&#?!@\\'\"`$^*()[]{}<>|",
);
/** What a pattern may repeat of several characters. */
const PIECES =
  "..|//|::|%41|&#1;|{}|{id}|<a>|</a>|<a><b>|<a </|<?xml |-a|.a|a.|a/|a=|:1|1:|1.|1 |=?UTF-8?B?|?= |a a|🎉".split(
    "|",
  );
const SMALL = 2 ** 15;
/** A quadratic pattern takes at least 500 ms for the small text, and minutes for the large one. */
const SMALL_LIMIT_MS = 100;
const LIMIT_MS = 1000;

/** Only the time counts here: what a parser throws is for other tests. */
const ignoreErrors = async (work: () => unknown) => {
  try {
    await work();
  } catch {
    // A refusal.
  }
};

async function expectLinear(
  [name, parse, maxBytes = MiB]: Parser,
  text: string,
  isLarge: boolean,
): Promise<void> {
  const large = [MiB, LIMIT_MS] as const;
  for (const [length, limitMs] of [[SMALL, SMALL_LIMIT_MS] as const, ...(isLarge ? [large] : [])]) {
    const whole = text.repeat(Math.min(length, maxBytes) / text.length);
    const spentMs = await leastCpuMs(async () => ignoreErrors(() => parse(whole)), limitMs);
    expect(spentMs, `${name}: ${JSON.stringify(text)} for ${length}`).toBeLessThan(limitMs);
  }
}

describe("1 MiB of one class of characters", () => {
  it.for(PARSERS)("is read in one pass as %s", async (parser) => {
    for (const text of CHARACTERS) await expectLinear(parser, text, true);
    for (const text of PIECES) await expectLinear(parser, text, false);
  });
});

describe("any few characters, repeated", () => {
  const texts = fc
    .array(fc.constantFrom(...CHARACTERS, ...PIECES), { minLength: 1, maxLength: 4 })
    .map((pieces) => pieces.join(""));

  it("are read in one pass by every parser", async () => {
    await expectAlways(
      fc.asyncProperty(fc.constantFrom(...PARSERS), texts, fc.boolean(), expectLinear),
      100,
    );
  });
});
