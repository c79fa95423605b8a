/** What TypeScript refuses: `npm run check` fails where one of these lines compiles. */
import { describe, expect, it, vi } from "vitest";
import type { Log } from "../../../src/log.ts";
import { fromLevel, logToConsole } from "../../../src/log.ts";

describe("an event of the log", () => {
  it("is one of the catalogue, with its fields and no others", () => {
    const written = vi.fn<(event: string, fields: object) => void>();
    const log: Log = written;
    log("webhook-sent", { message: "m", attempts: 1, ageMs: 5 });
    // @ts-expect-error -- there is no such event
    log("webhook-lost", { message: "m" });
    // @ts-expect-error -- the event has no such field
    log("webhook-sent", { message: "m", attempts: 1, ageMs: 5, url: "https://…" });
    // @ts-expect-error -- a field is missing
    log("webhook-sent", { message: "m", attempts: 1 });
    // @ts-expect-error -- a field of another event
    log("presigner-differs", { reason: "x" });
    expect(written).toHaveBeenCalledTimes(5);
  });

  it("is written with its level, in the line and to the console", () => {
    const consoles = (["debug", "info", "warn", "error"] as const).map((level) =>
      vi.spyOn(console, level).mockReturnValue(undefined),
    );
    logToConsole("webhook-sent", { message: "m", attempts: 1, ageMs: 5 });
    logToConsole("ledger-failed", { reason: "x" });
    expect(consoles.map(({ mock }) => mock.calls)).toEqual([
      [['{"event":"webhook-sent","level":"debug","message":"m","attempts":1,"ageMs":5}']],
      [],
      [],
      [['{"event":"ledger-failed","level":"error","reason":"x"}']],
    ]);
    vi.restoreAllMocks();
  });

  it("below the level is not written", () => {
    const written = vi.fn<(event: string, fields: object) => void>();
    const log = fromLevel("warn", written);
    log("webhook-sent", { message: "m", attempts: 1, ageMs: 5 });
    log("request-refused", { requestId: "r", code: "forbidden", reason: undefined });
    log("webhook-failed", { message: "m", status: 500 });
    log("ledger-failed", { reason: "x" });
    expect(written.mock.calls.map(([event]) => event)).toEqual(["webhook-failed", "ledger-failed"]);
  });
});
