import { S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { toHex } from "../../../src/hex.ts";
import { createFormSigner, type FormRequest } from "../../../src/store/post-policy.ts";
import { startDay } from "../../../src/store/presign.ts";
import { PUBLISHED_FORM } from "../support/aws-form.ts";

afterEach(() => void vi.useRealTimers());

type Key = Parameters<typeof createFormSigner>[0];
type Condition = Readonly<Record<string, string>> | readonly (string | number)[];

const KEY: Key = {
  accessKeyId: "AKIAEXAMPLE",
  secretAccessKey: "a+secret/of=some kind",
  sessionToken: undefined,
  region: "ap-northeast-2",
};
const REQUEST: FormRequest = {
  bucket: "acme-media",
  key: "여행/alice/a b.png",
  fields: { "content-type": "image/png", "x-amz-meta-album": "jeju" },
  bytes: 5,
  expiresInSeconds: 300,
  now: new Date("2026-11-26T23:58:00Z"),
};

/** Signs the same with the AWS SDK at the same instant. */
async function signWithSdk(key: Key, request: FormRequest) {
  const { accessKeyId, secretAccessKey, sessionToken, region } = key;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  const client = new S3Client({ region, credentials });
  vi.useFakeTimers({ now: request.now, toFake: ["Date"] });
  const { fields } = await createPresignedPost(client, {
    Bucket: request.bucket,
    Key: request.key,
    Fields: { ...request.fields },
    Conditions: [["content-length-range", request.bytes, request.bytes]],
    Expires: request.expiresInSeconds,
  });
  vi.useRealTimers();
  return fields;
}

function readPolicy(policy = ""): { expiration: string; conditions: readonly Condition[] } {
  const bytes = Uint8Array.from(atob(policy), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as never;
}

const sorted = (conditions: readonly Condition[]) =>
  conditions.map((condition) => JSON.stringify(condition)).toSorted();

describe("a signed form", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 24 });
  const keys: fc.Arbitrary<Key> = fc.record({
    accessKeyId: fc.stringMatching(/^[!-~]{1,20}$/),
    secretAccessKey: text,
    sessionToken: fc.option(fc.stringMatching(/^[!-~]{1,40}$/), { nil: undefined }),
    region: fc.constantFrom("us-east-1", "eu-central-2"),
  });
  const requests: fc.Arbitrary<FormRequest> = fc.record({
    bucket: fc.constantFrom("acme-media", "uploads"),
    // The SDK takes a key that ends so for a variable, which is refused before a form is signed.
    key: text.filter((key) => !key.includes("${")),
    fields: fc.dictionary(
      fc.oneof(fc.stringMatching(/^x-amz-meta-[a-z0-9]{1,8}$/), fc.constant("content-type")),
      text,
      { maxKeys: 4 },
    ),
    bytes: fc.nat(),
    expiresInSeconds: fc.integer({ min: 1, max: 604_800 }),
    now: fc
      .date({ min: new Date("2015-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
      .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000)),
  });

  it("has the fields and the conditions of the AWS SDK's, and its signature of the same document", async () => {
    await fc.assert(
      fc.asyncProperty(keys, requests, async (key, request) => {
        const { Policy, "X-Amz-Signature": signature, ...fields } = createFormSigner(key)(request);
        const {
          Policy: sdkPolicy = "",
          "X-Amz-Signature": sdkSignature,
          ...sdkFields
        } = await signWithSdk(key, request);
        expect(fields).toEqual(sdkFields);
        const [own, sdk] = [readPolicy(Policy), readPolicy(sdkPolicy)];
        expect(sorted(own.conditions)).toEqual(sorted(sdk.conditions));
        expect(Date.parse(own.expiration)).toBe(Date.parse(sdk.expiration));
        const date = request.now.toISOString().slice(0, 10).replaceAll("-", "");
        const { sign } = startDay(key, date);
        expect(toHex(sign(sdkPolicy))).toBe(sdkSignature);
        expect(toHex(sign(Policy ?? ""))).toBe(signature);
      }),
      { numRuns: 100 },
    );
  });

  it("has the signature that AWS publishes for its example", () => {
    const { key, date, policy, signature } = PUBLISHED_FORM;
    expect(toHex(startDay(key, date).sign(btoa(policy)))).toBe(signature);
  });

  it("pins every field to one value, and the length to one number", () => {
    const { Policy, "X-Amz-Signature": _, ...fields } = createFormSigner(KEY)(REQUEST);
    const { conditions, expiration } = readPolicy(Policy);
    expect(conditions).toEqual([
      ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
      ["content-length-range", 5, 5],
    ]);
    expect(expiration).toBe("2026-11-27T00:03:00.000Z");
    const names = Object.keys(fields).join(" ");
    expect(names).not.toMatch(/acl|redirect|success|copy|tagging/i);
  });

  it("escapes each dollar sign in the document, and in no field", () => {
    const key = "$a/$5 and $key.png";
    const { Policy = "", ...fields } = createFormSigner(KEY)({ ...REQUEST, key });
    expect(fields["key"]).toBe(key);
    expect(atob(Policy)).not.toContain("$");
    expect(readPolicy(Policy).conditions).toContainEqual({ key });
  });

  it("has the session token among its fields, and nothing of the secret", () => {
    const key = { ...KEY, sessionToken: "token/of+session==" };
    const form = createFormSigner(key)(REQUEST);
    expect(form["X-Amz-Security-Token"]).toBe(key.sessionToken);
    expect(readPolicy(form["Policy"]).conditions).toContainEqual({
      "X-Amz-Security-Token": key.sessionToken,
    });
    expect(JSON.stringify(form) + atob(form["Policy"] ?? "")).not.toContain(KEY.secretAccessKey);
    expect(createFormSigner(KEY)(REQUEST)).not.toHaveProperty("X-Amz-Security-Token");
  });

  it("is signed with the key of its day, before and after midnight", () => {
    const signForm = createFormSigner(KEY);
    for (const day of ["2026-11-26", "2026-11-27", "2026-11-26"]) {
      const request = { ...REQUEST, now: new Date(`${day}T23:59:59Z`) };
      const form = signForm(request);
      expect(form["X-Amz-Credential"]).toContain(`/${day.replaceAll("-", "")}/ap-northeast-2/s3/`);
      expect(form).toEqual(createFormSigner(KEY)(request));
    }
  });
});
