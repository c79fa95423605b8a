/** A page with the hook of a queue: choose files, and see how they are uploaded. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createUploader } from "../../../client/web/src/index.ts";
import { useUploads } from "../../../client/web/src/react.ts";
import { readSettings } from "./settings.ts";

const { endpoint, token, policy } = readSettings();
const uploader = createUploader({ endpoint, getToken: () => token });

function Page() {
  const uploads = useUploads(uploader, { policy });
  const { items, totals } = uploads;
  return (
    <>
      <input type="file" id="file" multiple onChange={({ target }) => choose(target.files)} />
      <output id="totals">{JSON.stringify(totals)}</output>
      <output id="states">{items.map(({ state }) => state).join(" ")}</output>
      <button id="pause" onClick={() => uploads.pause()}>
        Pause
      </button>
      <button id="resume" onClick={() => uploads.resume()}>
        Resume
      </button>
    </>
  );

  function choose(files: FileList | null): void {
    if (files) uploads.add(files);
  }
}

const root = createRoot(document.body.appendChild(document.createElement("main")));
root.render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
globalThis.addEventListener("leave", () => root.unmount());
