import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { Secret } from "../../../src/secret.ts";
import { encodeKey, type EncodedKey } from "../../../src/store/encode-key.ts";
import { createPresigner } from "../../../src/store/presign.ts";
import { createSigner } from "../../../src/store/sigv4.ts";

const ORIGIN = "https://bucket.example.net";
const NOW = new Date("2026-11-26T12:00:00Z");

/** A signer of its own signs its first URL with aws4fetch. */
async function signWithAws4fetch(request: Request, key: Key): Promise<string> {
  const { presign } = createSigner(secretsOf(key), key);
  return presign(request);
}

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  readonly region: string;
}

type Request = Parameters<ReturnType<typeof createSigner>["presign"]>[0];

const secretsOf = ({ accessKeyId, secretAccessKey, sessionToken }: Key) => ({
  accessKeyId: new Secret("ID", accessKeyId),
  secretAccessKey: new Secret("KEY", secretAccessKey),
  sessionToken: sessionToken === undefined ? undefined : new Secret("TOKEN", sessionToken),
});

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 });
const word = fc.stringMatching(/^[!-~]{1,20}$/);
const headerName = fc.stringMatching(/^x-amz-meta-[a-z0-9-]{1,12}$/);

const keys: fc.Arbitrary<Key> = fc.record({
  accessKeyId: word,
  secretAccessKey: text,
  sessionToken: fc.option(text, { nil: undefined }),
  region: fc.constantFrom("auto", "us-east-1", "eu-central-2"),
});

const requests: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom("PUT", "GET", "HEAD"),
  origin: fc.constantFrom(ORIGIN, "http://localhost:8787", "https://s3.eu-west-1.amazonaws.com"),
  basePath: fc.constantFrom("/", "/bucket/", "/cdn-cgi/local/r2/s3/uploads/"),
  key: text.filter((key) => !/(^|\/)\.\.?($|\/)/.test(key)).map(encodeKey),
  query: fc.oneof(
    fc.constant({}),
    fc.record({ partNumber: fc.nat().map(String), uploadId: text }),
    fc.record({ "response-content-type": text, "response-content-disposition": text }),
    fc.dictionary(fc.stringMatching(/^[A-Za-z-]{1,8}$/), text, { maxKeys: 4 }),
  ),
  headers: fc.dictionary(
    fc.oneof(headerName, fc.constantFrom("content-type", "if-none-match", "x-amz-copy-source")),
    fc.oneof(word, fc.stringMatching(/^[ -~]{0,20}$/), fc.constantFrom("", "a  b", " a", "a\tb")),
  ),
  expiresInSeconds: fc.integer({ min: 1, max: 604_800 }),
  now: fc.date({ min: new Date("2015-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
});

describe("the presigner", () => {
  it("returns the URL that aws4fetch returns, or none, for every request", async () => {
    let signed = 0;
    await fc.assert(
      fc.asyncProperty(keys, requests, async (key, request) => {
        const url = createPresigner(key)(request);
        if (url === undefined) return;
        signed += 1;
        expect(url).toBe(await signWithAws4fetch(request, key));
      }),
      { numRuns: 500 },
    );
    expect(signed).toBeGreaterThan(100);
  });

  it("signs again after midnight with the key of the new day", async () => {
    const key = {
      accessKeyId: "ID",
      secretAccessKey: "KEY",
      sessionToken: undefined,
      region: "auto",
    };
    const presign = createPresigner(key);
    const request = requestFor("a.txt");
    for (const day of ["2026-11-26", "2026-11-27", "2026-11-26"]) {
      const onDay = { ...request, now: new Date(`${day}T00:00:00Z`) };
      // oxlint-disable-next-line no-await-in-loop -- the order of the days matters
      expect(presign(onDay)).toBe(await signWithAws4fetch(onDay, key));
    }
  });

  it.each([
    ["a dot segment", { key: "a/../b" as EncodedKey }],
    ["an encoded slash", { key: "a%2Fb" as EncodedKey }],
    ["an unencoded character", { key: "가" as EncodedKey }],
    ["an encoded dot segment", { key: "a/%2E%2E/b" as EncodedKey }],
    ["an encoded letter", { key: "a%41" as EncodedKey }],
    ["a lower-case escape", { key: "%c3%a9" as EncodedKey }],
    ["two spaces in a header", { headers: { "x-amz-meta-a": "b  c" } }],
    ["a header that is not ASCII", { headers: { "x-amz-meta-a": "é" } }],
    ["a header in upper case", { headers: { "Content-Type": "text/plain" } }],
    ["a host", { headers: { host: "elsewhere.example" } }],
    ["a parameter that sorts before the signature's", { query: { Part: "1" } }],
  ])("leaves a request with %s to aws4fetch", (_, change) => {
    const key = {
      accessKeyId: "ID",
      secretAccessKey: "KEY",
      sessionToken: undefined,
      region: "auto",
    };
    expect(createPresigner(key)({ ...requestFor("a.txt"), ...change })).toBeUndefined();
  });
});

describe("a signer", () => {
  const key = {
    accessKeyId: "ID",
    secretAccessKey: "KEY",
    sessionToken: undefined,
    region: "auto",
  };

  it("returns the same URL for the first ticket and for the next one", async () => {
    const log = vi.fn<(event: string) => void>();
    const { presign } = createSigner(secretsOf(key), key, log);
    const first = await presign(requestFor("a.txt"));
    expect(await presign(requestFor("a.txt"))).toBe(first);
    expect(log).not.toHaveBeenCalled();
  });
});

function requestFor(key: string): Request {
  return {
    method: "PUT",
    origin: ORIGIN,
    basePath: "/",
    key: encodeKey(key),
    headers: { "content-type": "text/plain", "content-length": "5" },
    expiresInSeconds: 60,
    now: NOW,
  };
}
