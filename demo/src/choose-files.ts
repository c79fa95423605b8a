/** The ways that files come in: the file dialog, the camera, a drop anywhere, and the clipboard. */
import { find } from "./element.ts";

type Take = (files: readonly File[]) => void;

/** Listens for files. */
export function listenForFiles(take: Take): void {
  for (const id of ["files", "camera"]) {
    const input = find(id, HTMLInputElement);
    input.addEventListener("change", () => {
      take([...(input.files ?? [])]);
      input.value = "";
    });
  }
  listenForDrops(take);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") ?? false;

/** Without this, a file that is dropped beside a box would replace the page. */
function listenForDrops(take: Take): void {
  const cover = find("cover", HTMLElement);
  for (const name of ["dragenter", "dragover"] as const) {
    addEventListener(name, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      cover.hidden = false;
    });
  }
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) cover.hidden = true;
  });
  addEventListener("drop", (event) => {
    cover.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}

/** Tells the dialogs what the policy takes. */
export function acceptTypes(types: readonly string[]): void {
  const isOpen = types.includes("*/*");
  find("files", HTMLInputElement).accept = isOpen ? "" : types.join(",");
  const takesPhotos = isOpen || types.some((type) => /^image\/(?:\*|jpeg)$/.test(type));
  find("camera-choice", HTMLElement).hidden = !takesPhotos;
}
