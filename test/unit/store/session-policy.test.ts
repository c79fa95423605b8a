import { describe, expect, it } from "vitest";
import { sessionPolicy } from "../../../src/store/session-policy.ts";

const TARGET = { partition: "aws", bucket: "acme", prefix: "sync/alice/" } as const;
const parse = (actions: readonly ("read" | "write")[]) =>
  JSON.parse(sessionPolicy({ ...TARGET, actions }) ?? "") as unknown;

describe("the session policy", () => {
  it("reads the objects of the prefix, and lists it alone", () => {
    expect(parse(["read"])).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::acme/sync/alice/*" },
        {
          Effect: "Allow",
          Action: "s3:ListBucket",
          Resource: "arn:aws:s3:::acme",
          Condition: { StringLike: { "s3:prefix": "sync/alice/*" } },
        },
      ],
    });
  });

  it("to write neither reads nor lists", () => {
    expect(parse(["write"])).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: [
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
          ],
          Resource: "arn:aws:s3:::acme/sync/alice/*",
        },
      ],
    });
  });

  it("is of the role's partition", () => {
    expect(sessionPolicy({ ...TARGET, partition: "aws-cn", actions: ["read"] })).toContain(
      '"arn:aws-cn:s3:::acme"',
    );
  });

  it("has at most 2,048 characters, or is none", () => {
    const fits = (length: number) =>
      sessionPolicy({ ...TARGET, prefix: `${"a".repeat(length)}/`, actions: ["read", "write"] });
    expect(fits(800)?.length).toBeLessThanOrEqual(2048);
    expect(fits(1000)).toBeUndefined();
  });

  it.for(["sync/*/", "sync/?/", "sync/${aws:username}/", "sync/alice", "../", "sync//", "a b/"])(
    "is not made for %j",
    (prefix) => {
      expect(() => sessionPolicy({ ...TARGET, prefix, actions: ["read"] })).toThrow(TypeError);
    },
  );
});
