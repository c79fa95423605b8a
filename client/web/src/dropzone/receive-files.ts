/** Files that are dropped or pasted. */

/** `near`: files are dragged over the page. `over`: they can be dropped here. */
export type Drag = "none" | "near" | "over";

interface Receiver {
  readonly signal: AbortSignal;
  readonly isDisabled: () => boolean;
  /** Whether files are taken from the whole page. */
  readonly isWindowWide: () => boolean;
  readonly take: (files: readonly File[]) => void;
  readonly show: (drag: Drag) => void;
}

/**
 * Listens until the signal is aborted. A file that is dropped beside the element no longer replaces
 * the page, unless the page handles it.
 */
export function receiveFiles(host: HTMLElement, receiver: Receiver): void {
  const { signal, isDisabled, isWindowWide, take, show } = receiver;

  const accept = (event: DragEvent) => {
    event.preventDefault();
    const drag = isDisabled() ? "none" : "over";
    if (event.dataTransfer) event.dataTransfer.dropEffect = drag === "over" ? "copy" : "none";
    show(drag);
    if (event.type !== "drop") return;
    show("none");
    const files = event.dataTransfer ? filesOf(event.dataTransfer) : [];
    if (!isDisabled() && files.length > 0) take(files);
  };
  const onHost = (event: DragEvent) => {
    if (carriesFiles(event)) accept(event);
  };
  const onWindow = (event: DragEvent) => {
    if (event.composedPath().includes(host) || !carriesFiles(event)) return;
    show(event.type === "drop" || isDisabled() ? "none" : "near");
    if (event.defaultPrevented || isFileInput(event)) return;
    if (isWindowWide()) {
      accept(event);
      return;
    }
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
  };
  for (const type of ["dragenter", "dragover", "drop"] as const) {
    host.addEventListener(type, onHost, { signal });
    globalThis.addEventListener(type, onWindow, { signal });
  }
  globalThis.addEventListener(
    "dragleave",
    // Without a related target the pointer has left the window.
    ({ relatedTarget }) => show(relatedTarget === null ? "none" : "near"),
    { signal },
  );

  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0 || event.defaultPrevented || isDisabled()) return;
    event.preventDefault();
    take(files);
  };
  host.addEventListener("paste", paste, { signal });
  globalThis.addEventListener(
    "paste",
    (event) => {
      if (isWindowWide() && !isEditable(event)) paste(event);
    },
    { signal },
  );
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}

/** Returns the files without the folders, which cannot be read as files. */
function filesOf({ items }: DataTransfer): readonly File[] {
  return [...items].flatMap((item) => {
    if (item.kind !== "file" || item.webkitGetAsEntry()?.isDirectory) return [];
    return item.getAsFile() ?? [];
  });
}

/** A file chooser takes what is dropped on it by itself. */
function isFileInput(event: Event): boolean {
  const [target] = event.composedPath();
  return target instanceof HTMLInputElement && target.type === "file";
}

function isEditable(event: Event): boolean {
  const [target] = event.composedPath();
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select"))
  );
}
