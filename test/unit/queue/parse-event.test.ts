import { describe, expect, it } from "vitest";
import { parseEvent } from "../../../src/queue/parse-event.ts";

/** The example of Cloudflare's documentation ("Event notifications", message format). */
const DOCUMENTED = {
  account: "3f4b7e3dcab231cbfdaa90a6a28bd548",
  action: "CopyObject",
  bucket: "my-bucket",
  object: { key: "my-new-object", size: 65_536, eTag: "c846ff7a18f28c2e262116d6e8719ef0" },
  eventTime: "2024-05-24T19:36:44.379Z",
  copySource: { bucket: "my-bucket", object: "my-original-object" },
};

describe("a message", () => {
  it("of the documented shape is an event", () => {
    expect(parseEvent(DOCUMENTED)).toEqual({
      kind: "copy",
      account: DOCUMENTED.account,
      bucket: "my-bucket",
      key: "my-new-object",
      source: { bucket: "my-bucket", key: "my-original-object" },
    });
  });

  it.for([
    ["PutObject", "put"],
    ["CompleteMultipartUpload", "multipart"],
    ["DeleteObject", "delete"],
    ["LifecycleDeletion", "delete"],
  ])("of %s without size and source is one too", ([action, kind]) => {
    const { account, bucket } = DOCUMENTED;
    expect(parseEvent({ account, bucket, action, object: { key: "a" } })).toEqual({
      kind,
      account,
      bucket,
      key: "a",
      source: undefined,
    });
  });

  it.for([
    ["no object", "body", "PutObject"],
    ["nothing", "body", undefined],
    ["a list", "body", [DOCUMENTED]],
    ["another action", "action", { ...DOCUMENTED, action: "GetObject" }],
    ["a method of every object", "action", { ...DOCUMENTED, action: "toString" }],
    ["no key", "object.key", { ...DOCUMENTED, object: {} }],
    ["an empty key", "object.key", { ...DOCUMENTED, object: { key: "" } }],
    ["a long key", "object.key", { ...DOCUMENTED, object: { key: "x".repeat(1025) } }],
    ["half a character", "object.key", { ...DOCUMENTED, object: { key: "\uD83C" } }],
    ["a key that is none", "object.key", { ...DOCUMENTED, object: { key: ["a"] } }],
    ["a long bucket", "bucket", { ...DOCUMENTED, bucket: "b".repeat(64) }],
    ["a source that is none", "copySource", { ...DOCUMENTED, copySource: "a/b" }],
  ] as const)("with %s is refused, and says where", ([, path, body]) => {
    expect(parseEvent(body)).toEqual({ errors: [path] });
  });
});
