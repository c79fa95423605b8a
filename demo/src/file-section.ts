/** The side panel with the chosen file, or else the newest. */
import type { Queue, QueueItem } from "../../client/web/src/index.ts";
import { element } from "./element.ts";
import { detailsOf } from "./file-details.ts";
import { checkReceipt, type CheckedReceipt } from "./receipt.ts";
import { say, settings } from "./settings.ts";
import { createSidePanel } from "./side-panel.ts";
import { createTimelines } from "./timeline.ts";

interface FileSectionOptions {
  readonly queue: Queue;
  /** What the policy of a file takes. */
  readonly typesOf: (item: QueueItem) => readonly string[];
}

export interface FileSection {
  readonly chosenId: () => string | undefined;
  readonly draw: () => void;
  /** Shows a file. `closed` is called when its sheet is closed, on a phone. */
  readonly show: (item: QueueItem, closed: () => void) => void;
}

const SECOND_MS = 1000;

/** Creates the section. */
export function createFileSection({ queue, typesOf }: FileSectionOptions): FileSection {
  const panel = createSidePanel();
  const timelines = createTimelines(() => performance.now());
  const receipts = new Map<string, CheckedReceipt>();
  let chosenId: string | undefined;
  let drawn = "";

  const draw = (): void => {
    const { items } = queue.snapshot;
    const item = items.find(({ id }) => id === chosenId) ?? items.at(-1);
    const receipt = item && receipts.get(item.id);
    // Only if something changed: what is drawn again loses its scroll position and its focus.
    const second = item?.ticket && !item.result ? Math.floor(Date.now() / SECOND_MS) : 0;
    const parts = [item?.id, item?.state, item?.progress.sentBytes, receipt?.isVerified, second];
    const wanted = [settings.language, ...parts].join(" ");
    if (wanted === drawn) return;
    drawn = wanted;
    if (!item) {
      panel.draw(say("details"), element("p", { className: "muted" }, say("noDetails")));
      return;
    }
    const known = { timeline: timelines.of(item.id), receipt, types: typesOf(item) };
    panel.draw(item.file.name ?? "", ...detailsOf(item, known));
  };

  queue.on("change", (item) => {
    if (item) timelines.note(item);
  });
  queue.on("completed", (item) => {
    if (!item?.result) return;
    void checkReceipt(item.result.receipt)
      .then((receipt) => receipts.set(item.id, receipt))
      .then(draw);
  });

  return {
    draw,
    chosenId: () => chosenId,
    show(item, closed) {
      chosenId = item.id;
      draw();
      panel.open(closed);
    },
  };
}
