/** A page that uses the client without a framework: drop a file, and see how it is uploaded. */
import { UploadError, createUploader, type Upload } from "../../../client/web/src/index.ts";
import { readSettings } from "./settings.ts";

const { endpoint, token, policy } = readSettings();
const uploader = createUploader({ endpoint, getToken: () => token });
let upload: Upload | undefined;

document.body.innerHTML = `
  <div id="drop">Drop a file</div><input type="file" id="file">
  <progress id="progress"></progress><output id="status"></output><output id="error"></output>
  <output id="result"></output>
  <button id="pause">Pause</button><button id="resume">Resume</button><button id="abort">Abort</button>
`;
const find = (id: string) => document.querySelector(`#${id}`);
const show = (id: string, text: string) => {
  const element = find(id);
  if (element) element.textContent = text;
};

async function send(file: File): Promise<void> {
  upload = uploader.start(file, {
    policy,
    onPhase: (phase) => show("status", phase),
    onProgress: ({ sentBytes, totalBytes }) => {
      const bar = find("progress");
      bar?.setAttribute("value", String(sentBytes));
      bar?.setAttribute("max", String(totalBytes));
    },
  });
  try {
    show("result", JSON.stringify(await upload.done));
    show("status", "completed");
  } catch (error) {
    const code = error instanceof UploadError ? error.code : "unknown";
    show("error", `${code}: ${String(error)}`);
    show("status", code === "aborted" ? "aborted" : "failed");
  }
}

find("drop")?.addEventListener("drop", (event) => {
  event.preventDefault();
  const file = event instanceof DragEvent ? event.dataTransfer?.files[0] : undefined;
  if (file) void send(file);
});
find("pause")?.addEventListener("click", () => upload?.pause());
find("resume")?.addEventListener("click", () => upload?.resume());
find("abort")?.addEventListener("click", () => void upload?.abort());
