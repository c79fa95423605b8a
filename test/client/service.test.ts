import { describe, expect, it } from "vitest";
import { UploadError, createUploader, type Uploader } from "../../client/web/src/index.ts";
import { bodyOf, readVector, responseOf, vectorNames } from "./vectors.ts";
import { failureOf, fileOf } from "./client.ts";

interface Asked {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A client of which every request is answered with the next of these. */
function createClient(
  answers: readonly (string | (() => Response))[],
  getToken: (refused?: string) => string = () => "token",
) {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const rest = [...answers];
  const uploader: Uploader = createUploader({
    endpoint: "https://uploads.example.com/",
    getToken,
    random: () => 0.5,
    wait: async (milliseconds) => void pauses.push(milliseconds),
    fetch: async (input, { method, headers, body } = {}) => {
      const sent = typeof body === "string" ? (JSON.parse(body) as unknown) : undefined;
      asked.push({
        url: new Request(input).url,
        method,
        headers: new Headers(headers),
        body: sent,
      });
      const next = rest.shift();
      if (next === undefined) throw new TypeError("fetch failed");
      return typeof next === "string" ? responseOf(next) : next();
    },
  });
  return { uploader, asked, pauses };
}

describe("what the service refuses", () => {
  it.for(vectorNames("problem-"))("is an error with its code and fields: %s", async (name) => {
    const { uploader } = createClient(Array.from({ length: 6 }, () => name));
    const error = await failureOf(uploader.list());
    const problem = bodyOf(name);
    expect(error).toBeInstanceOf(UploadError);
    expect(error).toMatchObject({
      name: "UploadError",
      code: problem["code"],
      status: readVector(name).status,
      message: problem["detail"],
      detail: problem["detail"],
      requestId: problem["requestId"],
      errors: problem["errors"] ?? [],
    });
    expect(error.retryAfterSeconds).toBe(problem["retryAfter"]);
    expect(error.limit).toBe(problem["limit"]);
    expect(error.upload).toBe(problem["upload"]);
  });

  it.for([
    ["problem-rate-limited", 60_500],
    ["problem-ledger-unavailable", 5500],
    ["problem-store-unavailable", 500],
    ["problem-internal", 500],
  ] as const)("is asked again after a pause: %s", async ([name, pause]) => {
    const { uploader, pauses, asked } = createClient([name, "list"]);
    expect((await uploader.list()).uploads.length).toBeGreaterThan(0);
    expect(pauses).toEqual([pause]);
    expect(asked).toHaveLength(2);
  });

  it.for([
    ["problem-quota-exceeded"],
    ["problem-misconfigured"],
    ["problem-forbidden"],
    ["problem-too-large"],
  ] as const)("is not asked again: %s", async ([name]) => {
    const { uploader, asked } = createClient([name, "list"]);
    await failureOf(uploader.list());
    expect(asked).toHaveLength(1);
  });

  it("is not waited for where that would take longer than two minutes", async () => {
    const late = () =>
      Response.json({ ...bodyOf("problem-rate-limited"), retryAfter: 121 }, { status: 429 });
    const { uploader, pauses } = createClient([late]);
    expect(await failureOf(uploader.list())).toMatchObject({ retryAfterSeconds: 121 });
    expect(pauses).toEqual([]);
  });

  it("waits for as long as Retry-After says where the answer is no problem", async () => {
    const busy = () => new Response("busy", { status: 503, headers: { "retry-after": "7" } });
    const { uploader, pauses } = createClient([busy, "list"]);
    await uploader.list();
    expect(pauses).toEqual([7500]);
  });

  it("is asked six times where nothing answers, with pauses that grow", async () => {
    const { uploader, pauses, asked } = createClient([]);
    expect(await failureOf(uploader.list())).toMatchObject({ code: "network" });
    expect(asked).toHaveLength(6);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  it("gets another token once, and is told which one was refused", async () => {
    const refused: unknown[] = [];
    const { uploader, asked } = createClient(["problem-unauthenticated", "list"], (token) => {
      refused.push(token);
      return token === undefined ? "old" : "new";
    });
    await uploader.list();
    expect(refused).toEqual([undefined, "old"]);
    expect(asked.map(({ headers }) => headers.get("authorization"))).toEqual([
      "Bearer old",
      "Bearer new",
    ]);
  });

  it("stays refused where the second token is no better", async () => {
    const { uploader, asked } = createClient([
      "problem-unauthenticated",
      "problem-unauthenticated",
    ]);
    expect(await failureOf(uploader.list())).toMatchObject({ code: "unauthenticated" });
    expect(asked).toHaveLength(2);
  });

  it("is told as it is where there is no token", async () => {
    const { uploader } = createClient([], () => {
      throw new RangeError("Log in");
    });
    await expect(uploader.list()).rejects.toThrow(RangeError);
  });
});

describe("what is not the service", () => {
  it.for([
    ["a page", () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } })],
    ["other JSON", () => Response.json({ uploads: undefined, ok: true })],
    ["a page of an error", () => new Response("<h1>404</h1>", { status: 404 })],
    [
      "no end",
      () =>
        new Response(new ReadableStream({ pull: (one) => one.enqueue(new Uint8Array(2 ** 20)) })),
    ],
  ] as const)("is an error of its own: %s", async ([, answer]) => {
    const { uploader } = createClient([answer]);
    expect(await failureOf(uploader.upload(fileOf(5)))).toMatchObject({
      code: "unexpected-answer",
    });
  });
});

describe("the rest of the service", () => {
  it("gives a ticket to read", async () => {
    const { uploader, asked } = createClient(["download"]);
    const options = { policy: "document", disposition: "inline", filename: "trip.txt" } as const;
    expect(await uploader.download("documents/alice/a", options)).toEqual(bodyOf("download"));
    expect(asked).toMatchObject([
      {
        url: "https://uploads.example.com/v1/downloads",
        method: "POST",
        body: { key: "documents/alice/a", ...options },
      },
    ]);
  });

  it("deletes", async () => {
    const { uploader, asked } = createClient(["removed"]);
    expect(await uploader.remove("documents/alice/a", { policy: "document" })).toBeUndefined();
    expect(asked).toMatchObject([
      { method: "DELETE", body: { key: "documents/alice/a", policy: "document" } },
    ]);
  });

  it("lists a page of one state", async () => {
    const { uploader, asked } = createClient(["list"]);
    expect(await uploader.list({ status: "pending", cursor: "a b" })).toEqual(bodyOf("list"));
    expect(asked[0]?.url).toBe("https://uploads.example.com/v1/uploads?status=pending&cursor=a+b");
  });

  it("ends with the signal", async () => {
    const { uploader } = createClient([]);
    const signal = AbortSignal.abort(new RangeError("Not any more"));
    await expect(uploader.list({ signal })).rejects.toThrow(RangeError);
  });
});

describe("a request for a ticket", () => {
  const sent = async (file: Parameters<Uploader["upload"]>[0], options: object = {}) => {
    const { uploader, asked } = createClient(["problem-forbidden"]);
    await failureOf(uploader.upload(file, options));
    return asked[0]?.body;
  };

  it("tells what the file tells of itself", async () => {
    expect(await sent(new File(["hello"], "a.txt", { type: "text/plain" }))).toEqual({
      filename: "a.txt",
      contentType: "text/plain",
      size: 5,
    });
  });

  it("tells what the app says in its place", async () => {
    const options = {
      policy: "document",
      filename: "b.md",
      contentType: "text/markdown",
      metadata: { album: "제주" },
      multipart: true,
    };
    expect(await sent(new File(["hello"], "a.txt", { type: "text/plain" }), options)).toEqual({
      ...options,
      size: 5,
    });
  });

  it("has a type without parameters, and a name as all others than Macs write it", async () => {
    const file = new File(["a"], "여행.txt".normalize("NFD"), { type: "Text/Plain;Charset=utf-8" });
    expect(await sent(file)).toEqual({
      filename: "여행.txt".normalize("NFC"),
      contentType: "text/plain",
      size: 1,
    });
  });

  it("has a type also where nothing tells it", async () => {
    expect(await sent(new Blob(["a"]))).toEqual({
      contentType: "application/octet-stream",
      size: 1,
    });
  });
});
