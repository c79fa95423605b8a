/** The page of plain.ts with the React hook. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createUploader } from "../../../client/web/src/index.ts";
import { useUpload } from "../../../client/web/src/react.ts";
import { readSettings } from "./settings.ts";

const { endpoint, token, policy } = readSettings();
const uploader = createUploader({ endpoint, getToken: () => token });

function Page() {
  const upload = useUpload(uploader, { policy });
  const { status, progress, result, error } = upload;
  return (
    <>
      <div
        id="drop"
        onDrop={(event) => {
          event.preventDefault();
          const [file] = event.dataTransfer.files;
          if (file) upload.start(file);
        }}
      >
        Drop a file
      </div>
      <input type="file" id="file" />
      <progress id="progress" value={progress.sentBytes} max={progress.totalBytes} />
      <output id="status">{status}</output>
      <output id="error">{error && `${error.code}: ${String(error)}`}</output>
      <output id="result">{result && JSON.stringify(result)}</output>
      <button id="pause" onClick={upload.pause}>
        Pause
      </button>
      <button id="resume" onClick={upload.resume}>
        Resume
      </button>
      <button id="abort" onClick={upload.abort}>
        Abort
      </button>
    </>
  );
}

const root = createRoot(document.body.appendChild(document.createElement("main")));
root.render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
globalThis.addEventListener("leave", () => root.unmount());
