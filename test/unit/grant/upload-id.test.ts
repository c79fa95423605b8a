import { Sha256 } from "@aws-crypto/sha256-js";
import fc from "fast-check";
import { base64url } from "jose";
import { describe, expect, it } from "vitest";
import type { Caller } from "../../../src/grant/authenticate.ts";
import { ownerOf } from "../../../src/grant/owner.ts";
import { createUploadIds } from "../../../src/grant/upload-id.ts";
import { uploadClaimsSchema, type UploadClaims } from "../../../src/grant/upload-claims.ts";
import { Secret } from "../../../src/secret.ts";
import { CHECKSUM_ALGORITHMS } from "../../../src/store/checksum.ts";
import { ENV, NOW, postUpload, startWorker, tokenFor } from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
const DAY = 86_400;
const SECONDS = NOW / 1000;

const callerOf = (issuer: string, user: string) =>
  ({ ...ownerOf(issuer, user), scope: {} }) as unknown as Caller;
const ALICE = callerOf("https://backend.example.com", "alice");

const secret = new Secret("UPLOAD_ID_SECRET", ENV.UPLOAD_ID_SECRET);
const idsAt = (nowSeconds: number) =>
  createUploadIds({ current: secret, previous: undefined }, () => nowSeconds * 1000);

const CLAIMS: UploadClaims = {
  iss: ALICE.issuer,
  sub: ALICE.user,
  jti: "00000000-0000-4000-8000-000000000003",
  iat: SECONDS,
  exp: SECONDS + 300,
  policy: "photo",
  store: "media",
  key: "photos/alice/00000000-0000-4000-8000-000000000002.png",
  type: "image/png",
  metadata: "none",
  unique: true,
  size: 5,
};

const bytes = fc.integer({ min: 0, max: 5_000_000_000_000 });
const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const size = fc.oneof(
  fc.record({ size: bytes }),
  fc.record({ minBytes: bytes, maxBytes: bytes }),
  fc.record({ size: bytes, partSize: bytes, uploadId: optional(text) }),
);
const anyClaims = fc
  .tuple(
    fc.record({
      iss: text,
      sub: text,
      jti: fc.uuid(),
      iat: fc.integer({ min: 0, max: 2 ** 33 }),
      policy: text,
      store: text,
      key: text,
      type: text,
      unique: fc.boolean(),
      checksum: optional(
        fc.record({ algorithm: fc.constantFrom(...CHECKSUM_ALGORITHMS), value: text }),
      ),
      metadata: optional(fc.oneof(fc.constant("none"), fc.stringMatching(/^[\da-f]{64}$/))),
      origin: optional(fc.webUrl()),
    }),
    fc.integer({ min: 1, max: 7 * DAY }),
    size,
    optional(text),
  )
  .map(([common, lifetime, rest, prefix]) =>
    uploadClaimsSchema().parse({
      ...common,
      exp: common.iat + lifetime,
      ...rest,
      ...(prefix !== undefined && { pendingKey: prefix + common.key }),
    }),
  );

describe("the id of an upload", () => {
  it("opens for its owner with everything that was sealed", async () => {
    await fc.assert(
      fc.asyncProperty(anyClaims, async (claims) => {
        const ids = idsAt(claims.iat);
        const opened = await ids.open(
          ids.seal(claims, callerOf(claims.iss, claims.sub)),
          callerOf(claims.iss, claims.sub),
        );
        expect(opened).toEqual(claims);
      }),
    );
  });

  it("is refused with any change, and to anybody else", async () => {
    const id = idsAt(SECONDS).seal(CLAIMS, ALICE);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    await fc.assert(
      fc.asyncProperty(
        fc.nat(id.length - 1),
        fc.constantFrom(...alphabet.split("")),
        async (at, digit) => {
          fc.pre(id[at] !== digit);
          for (const changed of [
            id.slice(0, at) + digit + id.slice(at + 1),
            id.slice(0, at) + digit + id.slice(at),
            id.slice(0, at),
            id.slice(at + 1),
          ])
            // oxlint-disable-next-line no-await-in-loop -- few, and each says which one opened
            await expect(idsAt(SECONDS).open(changed, ALICE)).rejects.toThrow("your own uploads");
        },
      ),
    );
    for (const other of [callerOf(ALICE.issuer, "bob"), callerOf("https://other.example", "alice")])
      // oxlint-disable-next-line no-await-in-loop -- two
      await expect(idsAt(SECONDS).open(id, other)).rejects.toThrow("your own uploads");
    await expect(idsAt(SECONDS).open(id, ALICE)).resolves.toEqual(CLAIMS);
  });

  it("has one form, which no release changes", async () => {
    const id =
      "AUMdfPU7BAuQ8h682F7OpqJwAAAAAAAAQACAAAAAAAAAA_ClitgGrAIFcGhvdG8FbWVkaWE1cGhvdG9zL2FsaWNlLzAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMi5wbmcJaW1hZ2UvcG5nBYXDTm3q3mNHmINhr-l-9uY";
    expect(idsAt(SECONDS).seal(CLAIMS, ALICE)).toBe(id);
    await expect(idsAt(SECONDS).open(id, ALICE)).resolves.toEqual(CLAIMS);
  });

  it.for([
    [
      "of parts, with every field",
      {
        ...CLAIMS,
        exp: SECONDS + DAY,
        policy: "video",
        key: "videos/alice/제주.mp4",
        type: "video/mp4",
        unique: false,
        size: 5_000_000_000,
        partSize: 8_388_608,
        uploadId: "2~Upload.Id_of-the-store",
        checksum: { algorithm: "sha256", value: "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" },
        metadata: "2c".repeat(32),
        origin: "http://localhost:8787",
      },
      "Ab4BHXz1OwQLkPIevNhezqaicAAAAAAAAEAAgAAAAAAAAAPwpYrYBoCjBQV2aWRlbwVtZWRpYRd2aWRlb3MvYWxpY2Uv7KCc7KO8Lm1wNAl2aWRlby9tcDSA5JfQEoCAgAQYMn5VcGxvYWQuSWRfb2YtdGhlLXN0b3JlASxMUEpOdWwrd293NG02RHNxeGJuaW5oc1dIbHdmcDBKZWN3UXpZcE9MbUNRPSwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsFWh0dHA6Ly9sb2NhbGhvc3Q6ODc4NwYv-rYiXnoT2zTk9hP1nlg",
    ],
    [
      "of a file that is checked first",
      { ...CLAIMS, pendingKey: `pending/${CLAIMS.key}` },
      "AcMCHXz1OwQLkPIevNhezqaicAAAAAAAAEAAgAAAAAAAAAPwpYrYBqwCBXBob3RvBW1lZGlhNXBob3Rvcy9hbGljZS8wMDAwMDAwMC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDIucG5nCWltYWdlL3BuZwUIcGVuZGluZy-jvpUF3ZPzPmJE35hq6KMn",
    ],
    [
      "without a size, from claims of release 0.1.0",
      { ...CLAIMS, metadata: undefined, size: undefined, minBytes: 1, maxBytes: 10_000_000 },
      "AQEdfPU7BAuQ8h682F7OpqJwAAAAAAAAQACAAAAAAAAAA_ClitgGrAIFcGhvdG8FbWVkaWE1cGhvdG9zL2FsaWNlLzAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMi5wbmcJaW1hZ2UvcG5nAYCt4gSA3JLgyfBJweh1iUxVnVn9",
    ],
  ] as const)("has one form, which no release changes: %s", async ([, claims, id]) => {
    expect(idsAt(SECONDS).seal(claims, ALICE)).toBe(id);
    await expect(idsAt(SECONDS).open(id, ALICE)).resolves.toEqual(claims);
  });

  it("has about 150 characters beside the key", () => {
    const id = idsAt(SECONDS).seal({ ...CLAIMS, metadata: "0".repeat(64) }, ALICE);
    expect(id.length - Math.ceil((CLAIMS.key.length * 4) / 3)).toBeLessThan(160);
  });

  it("ends 30 days after its upload", async () => {
    const id = idsAt(SECONDS).seal(CLAIMS, ALICE);
    const end = CLAIMS.exp + 30 * DAY;
    await expect(idsAt(end - 1).open(id, ALICE)).resolves.toEqual(CLAIMS);
    await expect(idsAt(end).open(id, ALICE)).rejects.toThrow("your own uploads");
  });

  it("of release 0.1.0 opens until 30 days after its upload", async () => {
    const { metadata: _, ...claims } = CLAIMS;
    // As that release sealed it.
    const id =
      "eyJhbGciOiJIUzI1NiIsInR5cCI6InVwbG9hZC1pZCtqd3QifQ.eyJpc3MiOiJodHRwczovL2JhY2tlbmQuZXhhbXBsZS5jb20iLCJzdWIiOiJhbGljZSIsImp0aSI6IjAwMDAwMDAwLTAwMDAtNDAwMC04MDAwLTAwMDAwMDAwMDAwMyIsImlhdCI6MTc5NTMzMDgwMCwiZXhwIjoxNzk1MzMxMTAwLCJwb2xpY3kiOiJwaG90byIsInN0b3JlIjoibWVkaWEiLCJrZXkiOiJwaG90b3MvYWxpY2UvMDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAyLnBuZyIsInR5cGUiOiJpbWFnZS9wbmciLCJ1bmlxdWUiOnRydWUsInNpemUiOjV9.0HHhKKt4pY5wrIkE-ZPKutegMidCX7KKVwYcOeyL0ao";
    const end = CLAIMS.exp + 30 * DAY;
    await expect(idsAt(end - 1).open(id, ALICE)).resolves.toEqual(claims);
    await expect(idsAt(end - 1).open(id, callerOf(ALICE.issuer, "bob"))).rejects.toThrow("own");
    await expect(idsAt(end).open(id, ALICE)).rejects.toThrow("your own uploads");
  });

  it("of the previous secret opens if it was granted before the rotation, for 60 days", async () => {
    const id = idsAt(SECONDS).seal({ ...CLAIMS, exp: SECONDS + 365 * DAY }, ALICE);
    const openAt = async (seconds: number, rotatedAtSeconds: number) =>
      createUploadIds(
        {
          current: new Secret("UPLOAD_ID_SECRET", "another upload id secret of 32 characters"),
          previous: { secret, rotatedAtSeconds },
        },
        () => seconds * 1000,
      ).open(id, ALICE);
    await expect(openAt(SECONDS, SECONDS)).resolves.toMatchObject({ key: CLAIMS.key });
    await expect(openAt(SECONDS + 60 * DAY, SECONDS)).resolves.toMatchObject({ size: 5 });
    await expect(openAt(SECONDS + 60 * DAY + 1, SECONDS)).rejects.toThrow("your own uploads");
    await expect(openAt(SECONDS, SECONDS - 1)).rejects.toThrow("your own uploads");
  });

  it.for([
    ["version", 0, [2]],
    ["field", 1, [0xc3, 4]],
  ] as const)(
    "of a later release with another %s is refused, and not read in part",
    async ([, at, replacement]) => {
      const sealed = base64url.decode(idsAt(SECONDS).seal(CLAIMS, ALICE));
      const packed = sealed.subarray(0, -16);
      const resealed = (changed: Uint8Array) => {
        const hmac = new Sha256(ENV.UPLOAD_ID_SECRET);
        hmac.update(changed);
        return base64url.encode(new Uint8Array([...changed, ...hmac.digestSync().subarray(0, 16)]));
      };
      // Flags 67 become 579: 512 and 67.
      const later = new Uint8Array([
        ...packed.subarray(0, at),
        ...replacement,
        ...packed.subarray(at + 1),
      ]);
      await expect(idsAt(SECONDS).open(resealed(packed), ALICE)).resolves.toEqual(CLAIMS);
      await expect(idsAt(SECONDS).open(resealed(later), ALICE)).rejects.toThrow("own uploads");
    },
  );

  it("is no bearer token", async () => {
    const worker = startWorker();
    const { id } = await (await postUpload(worker, PNG)).json<{ id: string }>();
    const statusWith = async (token: string) =>
      (
        await worker.fetch("/v1/uploads", {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(PNG),
        })
      ).status;
    expect(await statusWith(id)).toBe(401);
    expect(await statusWith(await tokenFor())).toBe(201);
  });
});
