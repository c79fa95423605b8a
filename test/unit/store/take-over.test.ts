import { describe, expect, it, vi } from "vitest";
import { takeOver } from "../../../src/store/take-over.ts";

interface Request {
  readonly origin: string;
  readonly path: string;
}

const A = "https://a.example";
const B = "https://b.example";

function start(fast: (request: Request) => string | undefined) {
  const reference = vi.fn(async ({ origin, path }: Request) => Promise.resolve(origin + path));
  const log = vi.fn<(event: string) => void>();
  return { reference, log, presign: takeOver(reference, fast, log) };
}

describe("a fast presigner", () => {
  it("takes over after the first request of an origin, where it returned the same URL", async () => {
    const { reference, log, presign } = start(({ origin, path }) => origin + path);
    const urls = [
      await presign({ origin: A, path: "/1" }),
      await presign({ origin: A, path: "/2" }),
      await presign({ origin: B, path: "/3" }),
      await presign({ origin: B, path: "/4" }),
    ];
    expect(urls).toEqual([`${A}/1`, `${A}/2`, `${B}/3`, `${B}/4`]);
    expect(reference.mock.calls.map(([{ path }]) => path)).toEqual(["/1", "/3"]);
    expect(log).not.toHaveBeenCalled();
  });

  it("never takes over for an origin where it returned another URL, and says so once", async () => {
    const { reference, log, presign } = start(({ origin, path }) =>
      origin === A ? "https://wrong.example" : origin + path,
    );
    for (const origin of [A, B, A, B]) {
      // oxlint-disable-next-line no-await-in-loop -- one request after the other
      expect(await presign({ origin, path: "/x" })).toBe(`${origin}/x`);
    }
    expect(reference.mock.calls.map(([{ origin }]) => origin)).toEqual([A, B, A]);
    expect(log.mock.calls).toEqual([["presigner-differs", {}]]);
  });

  it("leaves what it does not sign to the reference, also as the first request", async () => {
    const { reference, presign } = start(({ origin, path }) =>
      path === "/odd" ? undefined : origin + path,
    );
    for (const path of ["/odd", "/1", "/odd", "/2"]) {
      // oxlint-disable-next-line no-await-in-loop -- one request after the other
      expect(await presign({ origin: A, path })).toBe(A + path);
    }
    expect(reference.mock.calls.map(([{ path }]) => path)).toEqual(["/odd", "/1", "/odd"]);
  });
});
