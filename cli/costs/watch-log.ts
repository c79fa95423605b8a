/** Counts the traffic in a log, and makes a month of it. */
import { existsSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import type { Config } from "../../src/config/config.ts";
import { listenForInterrupts } from "../interrupt.ts";
import { STANDARD_INPUT, followLog } from "../log/follow.ts";
import { createTraffic } from "./traffic.ts";
import { shareOf, toMonth, type Watched } from "./watched.ts";

interface Options {
  /** A file, or `-` for standard input, which is read until it ends or Ctrl-C is pressed. */
  readonly log: string;
  /** How long the log is, where its lines have no time. */
  readonly overSeconds: number | undefined;
  readonly logging: Config["logging"];
  readonly onStart: () => void;
}

/** Throws `InvalidArgumentError` where a month cannot be made of it. */
export async function watchLog({ log, overSeconds, logging, onStart }: Options): Promise<Watched> {
  const isLive = log === STANDARD_INPUT;
  if (!isLive && !existsSync(log)) throw new InvalidArgumentError(`Cannot find the file ${log}.`);
  const traffic = createTraffic(Date.now, isLive ? "live" : "file");
  const interrupts = listenForInterrupts();
  if (isLive) onStart();
  await followLog(log, interrupts.signal, traffic.read);
  interrupts.release();
  const seen = traffic.seen();
  const seconds = overSeconds ?? (seen.watchedMs === undefined ? undefined : seen.watchedMs / 1000);
  if (seen.policies.size === 0) throw new InvalidArgumentError(noRequests(logging));
  if (seconds === undefined)
    throw new InvalidArgumentError(
      'The lines have no time: say how long they took with --over "1 day".',
    );
  const share = shareOf(logging);
  if (share === undefined) throw new InvalidArgumentError(ONLY_ERRORS);
  return toMonth(seen, { seconds, share });
}

const ONLY_ERRORS =
  'Only requests that failed have a line: set logging: { requests: "all" }, or a share such as 0.1.';

function noRequests({ requests }: Config["logging"]): string {
  return requests === "off"
    ? 'There is no line of a request in the log: set logging: { requests: "all" } in the configuration, or a share such as 0.1.'
    : "There is no line of a request in the log.";
}
