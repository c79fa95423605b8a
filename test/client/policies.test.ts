import { describe, expect, it } from "vitest";
import {
  checkFile,
  createQueue,
  createUploader,
  type PolicyInfo,
  type PolicyList,
} from "../../client/web/src/index.ts";
import { fileOf, start } from "./client.ts";
import { untilIdle } from "./queued.ts";

const photo: PolicyInfo = {
  name: "photo",
  types: ["image/*", "application/pdf"],
  extensions: ["heic", "png", "pdf"],
  maxBytes: 2000,
  minBytes: 10,
};
const list: PolicyList = { default: "photo", policies: [photo] };
const fileNamed = (name: string, type: string, size = 100) =>
  new File([new Uint8Array(size)], name, { type });

describe("a check of a file", () => {
  it("passes a file that the policy allows", () => {
    expect(checkFile(fileNamed("a.png", "image/png"), photo)).toBeUndefined();
    expect(checkFile(fileNamed("a.pdf", "application/pdf"), photo)).toBeUndefined();
    expect(
      checkFile(fileNamed("a", "text/plain"), { name: "all", types: ["*/*"] }),
    ).toBeUndefined();
  });

  it("goes by the extension if the browser does not know the type", () => {
    expect(checkFile(fileNamed("IMG_1.HEIC", ""), photo)).toBeUndefined();
    expect(checkFile(fileNamed("a.exe", ""), photo)).toMatchObject({ code: "type-not-allowed" });
  });

  it("says which types are allowed", () => {
    const error = checkFile(fileNamed("a.txt", "text/plain"), photo);
    expect(error).toMatchObject({ code: "type-not-allowed" });
    expect(error?.detail).toContain("image/*");
  });

  it("says the limit of a file that is too large, and of one that is too small", () => {
    expect(checkFile(fileNamed("a.png", "image/png", 2001), photo)).toMatchObject({
      code: "too-large",
      limit: 2000,
      actual: 2001,
    });
    expect(checkFile(fileNamed("a.png", "image/png", 9), photo)).toMatchObject({
      code: "invalid-request",
      errors: [{ pointer: "/size", detail: "must be at least 10" }],
    });
  });

  it("refuses what no longer fits into a quota, and says when it does", () => {
    const bytes = { limit: 500, remaining: 99, resetsIn: 60 };
    const uploads = { limit: 5, remaining: 0, resetsIn: 7 };
    const file = fileNamed("a.png", "image/png");
    expect(checkFile(file, { ...photo, quota: { bytes } })).toMatchObject({
      code: "quota-exceeded",
      limit: 500,
      retryAfterSeconds: 60,
    });
    expect(checkFile(file, { ...photo, quota: { uploads } })).toMatchObject({
      code: "quota-exceeded",
      retryAfterSeconds: 7,
    });
  });

  it.each([{ stored: { limit: 500, remaining: 99 } }, { objects: { limit: 5, remaining: 0 } }])(
    "refuses what has no room any more, without a time to wait: %j",
    (quota) => {
      const error = checkFile(fileNamed("a.png", "image/png"), { ...photo, quota });
      expect(error?.code).toBe("quota-exceeded");
      expect(error?.retryAfterSeconds).toBeUndefined();
    },
  );

  it("refuses every file of a caller who cannot upload", () => {
    const readOnly = { name: "photo", download: true };
    expect(checkFile(fileOf(1), readOnly)).toMatchObject({ code: "forbidden" });
  });
});

describe("the policies of an uploader", () => {
  it("are what the service answers", async () => {
    const routes: string[] = [];
    const uploader = createUploader({
      endpoint: "http://service.test",
      getToken: () => "token",
      fetch: async (input, init) => {
        routes.push(`${init?.method} ${input instanceof Request ? input.url : input}`);
        return Response.json(list);
      },
    });
    expect(await uploader.policies()).toEqual(list);
    expect(routes).toEqual(["GET http://service.test/v1/policies"]);
  });

  it("let a queue fail a file at once that cannot pass", async () => {
    const { server, uploader } = await start();
    const queue = createQueue(uploader, { policies: () => list });
    queue.add([
      fileNamed("a.png", "image/png"),
      fileNamed("large.png", "image/png", 5000),
      fileNamed("a.txt", "text/plain"),
    ]);
    expect(queue.snapshot.items.map(({ error }) => error?.code)).toEqual([
      undefined,
      "too-large",
      "type-not-allowed",
    ]);
    await untilIdle(queue);
    expect(queue.snapshot.totals).toMatchObject({ completedFiles: 1, failedFiles: 2 });
    expect(server.count("ticket")).toBe(1);
  });
});
