import { describe, expect, it } from "vitest";
import { uploadClaimsSchema } from "../../../src/grant/upload-claims.ts";

const CLAIMS = {
  iss: "https://backend.example.com",
  sub: "alice",
  jti: "1",
  iat: 0,
  exp: 300,
  policy: "photo",
  store: "media",
  key: "photos/alice/1.png",
  type: "image/png",
  unique: true,
};

describe("the claims of an upload", () => {
  it.for([
    [{ maxBytes: 9 }, { minBytes: 0, maxBytes: 9 }],
    [{}, { minBytes: 0, maxBytes: 0 }],
    [
      { minBytes: 1, maxBytes: 9 },
      { minBytes: 1, maxBytes: 9 },
    ],
    [{ size: 5 }, { size: 5 }],
    [
      { size: 5, partSize: 8, uploadId: "x" },
      { size: 5, partSize: 8, uploadId: "x" },
    ],
  ] as const)("of an earlier release are read: %j", ([written, read]) =>
    expect(uploadClaimsSchema().parse({ ...CLAIMS, ...written })).toEqual({ ...CLAIMS, ...read }),
  );

  it.for([{ partSize: 8 }, { uploadId: "x" }, { size: -0.5 }, { minBytes: "1" }])(
    "that cannot be are refused: %j",
    (written) =>
      expect(uploadClaimsSchema().safeParse({ ...CLAIMS, ...written }).success).toBe(false),
  );
});
