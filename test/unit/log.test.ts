import { describe, expect, it } from "vitest";
import { boundedFetch } from "../../src/bounded-fetch.ts";
import { describeError } from "../../src/log.ts";

describe("what the log says of an error", () => {
  it("is TimeoutError for a server that does not answer in time", async () => {
    const request = { url: "https://slow.example/", init: {}, timeoutMs: 1, maxBytes: 0 };
    const answer = boundedFetch(
      request,
      async (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener("abort", () => reject(signal.reason as Error)),
        ),
    );
    const error: unknown = await answer.catch((reason: unknown) => reason);
    expect(describeError(error)).toBe("TimeoutError");
  });

  it("is the code of a library's own error", () => {
    const error = Object.assign(new Error("quotes input"), { name: "A", code: "ERR_JWT_EXPIRED" });
    expect(describeError(error)).toBe("ERR_JWT_EXPIRED");
  });
});
