/** A page with the client's queue, as its README has it. */
import { createQueue, createUploader, type Queue } from "../../../client/web/src/index.ts";
import { makeFiles, offer } from "./subject.ts";

let queue: Queue;
let idle: Promise<void>;

offer({
  async start({ endpoint, token, policy }, count, sizeBytes) {
    queue = createQueue(createUploader({ endpoint, getToken: () => token }));
    idle = new Promise((resolve) => {
      queue.on("idle", () => resolve());
    });
    queue.add(makeFiles(count, sizeBytes), { policy });
  },
  async finish() {
    await idle;
    const { items } = queue.snapshot;
    return {
      keys: items.flatMap(({ result }) => (result ? [result.key] : [])),
      errors: items.flatMap(({ error }) => (error ? [String(error)] : [])),
    };
  },
  readSentBytes: () => queue.snapshot.totals.sentBytes,
  pause: () => queue.pause(),
  resume: () => queue.resume(),
});
