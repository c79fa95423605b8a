/** A page whose uploads run in a worker. This program is both the page and the worker. */
import { createUploader } from "../../../client/web/src/index.ts";
import type { Settings } from "./settings.ts";

interface UploadMessage {
  readonly settings: Settings;
  readonly file: File;
}

const isWorker = typeof document === "undefined";
if (isWorker) {
  globalThis.addEventListener("message", ({ data }: MessageEvent<UploadMessage>) => {
    const { endpoint, token, policy } = data.settings;
    const uploader = createUploader({ endpoint, getToken: () => token });
    void uploader
      .upload(data.file, { policy })
      .catch((error: unknown) => ({ error: String(error) }))
      .then((outcome) => globalThis.postMessage(outcome, { transfer: [] }));
  });
}

/** Uploads in a worker, and returns its answer. Called by a test. */
async function uploadInWorker(settings: Settings, size: number): Promise<unknown> {
  const worker = new Worker("/page.js");
  const file = new File([new Uint8Array(size)], "a.bin", { type: "application/octet-stream" });
  return new Promise((resolve) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.postMessage({ settings, file }, []);
  });
}
Object.assign(globalThis, { uploadInWorker });
