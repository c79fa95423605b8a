import type { Completed } from "../answers.ts";
import type { UploadError } from "../error.ts";
import type { Upload } from "../start.ts";
import type { Queue, QueueItem } from "./queue.ts";

/** Returns one file of the queue as an upload, as `uploader.start` does. */
export function uploadOf(queue: Queue, added: QueueItem): Upload {
  const { id } = added;
  let item = added;
  const done = new Promise<Completed>((resolve, reject) => {
    const look = (changed?: QueueItem): void => {
      if (changed?.id !== id) return;
      item = changed;
      if (item.result) resolve(item.result);
      else if (item.error) reject(thrownBy(item.error));
      else return;
      stop();
    };
    const stop = queue.on("change", look);
    look(item);
  });
  // An app that aborts and ignores `done` gets no unhandled rejection.
  done.catch(() => undefined);
  return {
    done,
    get id() {
      return item.uploadId;
    },
    get isPaused() {
      return item.state === "paused";
    },
    pause: () => queue.pause(id),
    resume: () => queue.resume(id),
    abort: async (options) => queue.cancel(id, options),
  };
}

/** Returns what `getToken` threw, as it is. */
function thrownBy(error: UploadError): unknown {
  return error.code === "unauthenticated" && error.status === undefined ? error.cause : error;
}
