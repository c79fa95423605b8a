/** What a screen reader says. */
import type { QueueItem } from "../queue/queue.ts";
import { isActive } from "./row.ts";
import { fillIn } from "./texts.ts";
import { describeState, type Words } from "./words.ts";

/** Returns why files have just failed, and the sum once all have ended. Empty if there is nothing to say. */
export function announceChange(
  words: Words,
  items: readonly QueueItem[],
  changed: readonly QueueItem[],
): string {
  const sentences = changed
    .filter(({ state }) => state === "failed")
    .map((item) => `${item.file.name ?? ""}: ${describeState(words, item)}`);
  const hasEnded = changed.some((item) => !isActive(item));
  if (hasEnded && !items.some(isActive)) {
    const failed = items.filter(({ state }) => state === "failed").length;
    const completed = items.length - failed;
    const { summary, ended } = words.texts;
    sentences.push(
      fillIn(failed > 0 ? ended : summary, { completed, failed, files: items.length }),
    );
  }
  return sentences.join(". ");
}
