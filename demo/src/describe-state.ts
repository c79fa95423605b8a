/** The state of a file in one line, and its icon. */
import type { QueueItem, QueueItemState } from "../../client/web/src/index.ts";
import { describeError } from "./describe-error.ts";
import { percentOf } from "./format.ts";
import type { IconName } from "./icons.ts";
import { say, settings } from "./settings.ts";

export const STATE_ICONS: Readonly<Record<QueueItemState, IconName>> = {
  queued: "clock",
  preparing: "ticket",
  sending: "upload",
  paused: "pause",
  completing: "receipt",
  completed: "check",
  failed: "alert",
  aborted: "close",
};

/** Returns `Paused at 42%`, or the title of the error. */
export function describeState(item: QueueItem): string {
  const { language } = settings;
  const { sentBytes, totalBytes } = item.progress;
  if (item.state === "failed" && item.error)
    return describeError(language, item.error, { contentType: item.file.type, types: [] }).title;
  const percent = percentOf(language, sentBytes / Math.max(1, totalBytes));
  return say(`state.${item.state}`, { percent });
}
