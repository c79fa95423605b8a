import { describe, expect, it } from "vitest";
import { UploadError, createUploader, type Uploader } from "../../client/web/src/index.ts";
import { bodyOf, readVector, responseOf, vectorNames } from "./vectors.ts";
import { failureOf, fileOf } from "./client.ts";

interface SentRequest {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
  readonly credentials: string | undefined;
}

/** Creates a client whose requests get these answers, in this order. */
function createClient(
  answers: readonly (string | (() => Response))[],
  getToken: ((refused?: string) => string) | null = () => "token",
) {
  const requests: SentRequest[] = [];
  const pauses: number[] = [];
  const rest = [...answers];
  const uploader: Uploader = createUploader({
    endpoint: "https://uploads.example.com/",
    getToken: getToken ?? undefined,
    random: () => 0.5,
    wait: async (milliseconds) => void pauses.push(milliseconds),
    fetch: async (input, { method, headers, body, credentials } = {}) => {
      const sent = typeof body === "string" ? (JSON.parse(body) as unknown) : undefined;
      requests.push({
        url: new Request(input).url,
        method,
        headers: new Headers(headers),
        body: sent,
        credentials,
      });
      const next = rest.shift();
      if (next === undefined) throw new TypeError("fetch failed");
      return typeof next === "string" ? responseOf(next) : next();
    },
  });
  return { uploader, requests, pauses };
}

describe("an error of the service", () => {
  it.for(vectorNames("problem-"))(
    "becomes an UploadError with its code and fields: %s",
    async (name) => {
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
    },
  );

  it.for([
    ["problem-rate-limited", 60_500],
    ["problem-ledger-unavailable", 5500],
    ["problem-store-unavailable", 500],
    ["problem-internal", 500],
  ] as const)("is retried after a pause: %s", async ([name, pause]) => {
    const { uploader, pauses, requests } = createClient([name, "list"]);
    expect((await uploader.list()).uploads.length).toBeGreaterThan(0);
    expect(pauses).toEqual([pause]);
    expect(requests).toHaveLength(2);
  });

  it.for([
    ["problem-quota-exceeded"],
    ["problem-misconfigured"],
    ["problem-forbidden"],
    ["problem-revoked"],
    ["problem-too-large"],
  ] as const)("is not retried: %s", async ([name]) => {
    const { uploader, requests } = createClient([name, "list"]);
    await failureOf(uploader.list());
    expect(requests).toHaveLength(1);
  });

  it("is not retried if Retry-After is longer than two minutes", async () => {
    const late = () =>
      Response.json({ ...bodyOf("problem-rate-limited"), retryAfter: 121 }, { status: 429 });
    const { uploader, pauses } = createClient([late]);
    expect(await failureOf(uploader.list())).toMatchObject({ retryAfterSeconds: 121 });
    expect(pauses).toEqual([]);
  });

  it("is retried after Retry-After, also without a problem in the answer", async () => {
    const busy = () => new Response("busy", { status: 503, headers: { "retry-after": "7" } });
    const { uploader, pauses } = createClient([busy, "list"]);
    await uploader.list();
    expect(pauses).toEqual([7500]);
  });

  it("is retried with growing pauses, six tries in all, if there is no answer", async () => {
    const { uploader, pauses, requests } = createClient(["list"]);
    await uploader.list();
    expect(await failureOf(uploader.list())).toMatchObject({ code: "network" });
    expect(requests).toHaveLength(1 + 6);
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
  });

  it("fails after two tries if the service has never answered, and says what to check", async () => {
    const { uploader, pauses } = createClient([]);
    expect(await failureOf(uploader.upload(fileOf(5)))).toMatchObject({
      code: "network",
      detail:
        'https://uploads.example.com did not answer: check the endpoint, and whether "origins" of the service has the origin of this page',
    });
    expect(pauses).toEqual([500]);
  });

  it("has no token without getToken, but the cookies of the browser", async () => {
    const { uploader, requests } = createClient(["problem-unauthenticated"], null);
    expect(await failureOf(uploader.list())).toMatchObject({ code: "unauthenticated" });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers.has("authorization")).toBe(false);
    expect(requests[0]?.credentials).toBe("include");
  });

  it("sends no cookies with a token", async () => {
    const { uploader, requests } = createClient(["list"]);
    await uploader.list();
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer token");
    expect(requests[0]?.credentials).toBeUndefined();
  });

  it("asks getToken once more, with the refused token", async () => {
    const refused: unknown[] = [];
    const { uploader, requests } = createClient(["problem-unauthenticated", "list"], (token) => {
      refused.push(token);
      return token === undefined ? "old" : "new";
    });
    await uploader.list();
    expect(refused).toEqual([undefined, "old"]);
    expect(requests.map(({ headers }) => headers.get("authorization"))).toEqual([
      "Bearer old",
      "Bearer new",
    ]);
  });

  it("fails if the second token is refused, too", async () => {
    const { uploader, requests } = createClient([
      "problem-unauthenticated",
      "problem-unauthenticated",
    ]);
    expect(await failureOf(uploader.list())).toMatchObject({ code: "unauthenticated" });
    expect(requests).toHaveLength(2);
  });

  it("rejects with the error of getToken", async () => {
    const { uploader } = createClient([], () => {
      throw new RangeError("Log in");
    });
    await expect(uploader.list()).rejects.toThrow(RangeError);
  });
});

describe("an answer that is not from the service", () => {
  it.for([
    ["a page", () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } })],
    ["other JSON", () => Response.json({ uploads: undefined, ok: true })],
    ["a page of an error", () => new Response("<h1>404</h1>", { status: 404 })],
    [
      "an endless answer",
      () =>
        new Response(new ReadableStream({ pull: (one) => one.enqueue(new Uint8Array(2 ** 20)) })),
    ],
  ] as const)("fails with unexpected-answer: %s", async ([, answer]) => {
    const { uploader } = createClient([answer]);
    expect(await failureOf(uploader.upload(fileOf(5)))).toMatchObject({
      code: "unexpected-answer",
    });
  });
});

describe("the other methods", () => {
  it("download returns a ticket to read", async () => {
    const { uploader, requests } = createClient(["download"]);
    const options = { policy: "document", disposition: "inline", filename: "trip.txt" } as const;
    expect(await uploader.download("documents/alice/a", options)).toEqual(bodyOf("download"));
    expect(requests).toMatchObject([
      {
        url: "https://uploads.example.com/v1/downloads",
        method: "POST",
        body: { key: "documents/alice/a", ...options },
      },
    ]);
  });

  it("remove deletes", async () => {
    const { uploader, requests } = createClient(["removed"]);
    expect(await uploader.remove("documents/alice/a", { policy: "document" })).toBeUndefined();
    expect(requests).toMatchObject([
      { method: "DELETE", body: { key: "documents/alice/a", policy: "document" } },
    ]);
  });

  it("list returns a page of one status", async () => {
    const { uploader, requests } = createClient(["list"]);
    expect(await uploader.list({ status: "pending", cursor: "a b" })).toEqual(bodyOf("list"));
    expect(requests[0]?.url).toBe(
      "https://uploads.example.com/v1/uploads?status=pending&cursor=a+b",
    );
  });

  it("stop when the signal is aborted", async () => {
    const { uploader } = createClient([]);
    const signal = AbortSignal.abort(new RangeError("Not any more"));
    await expect(uploader.list({ signal })).rejects.toThrow(RangeError);
  });
});

describe("a request for a ticket", () => {
  const sent = async (file: Parameters<Uploader["upload"]>[0], options: object = {}) => {
    const { uploader, requests } = createClient(["problem-forbidden"]);
    await failureOf(uploader.upload(file, options));
    return requests[0]?.body;
  };

  it("has the name, type and size of the file", async () => {
    expect(await sent(new File(["hello"], "a.txt", { type: "text/plain" }))).toEqual({
      filename: "a.txt",
      contentType: "text/plain",
      size: 5,
    });
  });

  it("has the options of the app instead", async () => {
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

  it("has a type without parameters, and a name in Unicode form NFC", async () => {
    const file = new File(["a"], "여행.txt".normalize("NFD"), { type: "Text/Plain;Charset=utf-8" });
    expect(await sent(file)).toEqual({
      filename: "여행.txt".normalize("NFC"),
      contentType: "text/plain",
      size: 1,
    });
  });

  it("has a default type", async () => {
    expect(await sent(new Blob(["a"]))).toEqual({
      contentType: "application/octet-stream",
      size: 1,
    });
  });
});
