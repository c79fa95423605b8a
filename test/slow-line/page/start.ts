/** A page without a queue: `uploader.start` for every file at once. */
import { createUploader, type Upload } from "../../../client/web/src/index.ts";
import { makeFiles, offer, type Outcome } from "./subject.ts";

let uploads: readonly Upload[] = [];
const sentBytes = new Map<File, number>();

offer({
  async start({ endpoint, token, policy }, count, sizeBytes) {
    const uploader = createUploader({ endpoint, getToken: () => token });
    uploads = makeFiles(count, sizeBytes).map((file) =>
      uploader.start(file, {
        policy,
        onProgress: (progress) => void sentBytes.set(file, progress.sentBytes),
      }),
    );
  },
  async finish(): Promise<Outcome> {
    const results = await Promise.allSettled(uploads.map(async ({ done }) => done));
    return {
      keys: results.flatMap((result) => (result.status === "fulfilled" ? [result.value.key] : [])),
      errors: results.flatMap((result) =>
        result.status === "rejected" ? [String(result.reason)] : [],
      ),
    };
  },
  readSentBytes: () => [...sentBytes.values()].reduce((sum, bytes) => sum + bytes, 0),
  pause: () => uploads.forEach((upload) => upload.pause()),
  resume: () => uploads.forEach((upload) => upload.resume()),
});
