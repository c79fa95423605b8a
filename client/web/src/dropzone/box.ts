/** The box: what to do, what is allowed, and buttons that open the file chooser or the camera. */
import { create, createButton } from "./create.ts";
import { drawIcon } from "./icons.ts";
import type { Drag } from "./receive-files.ts";
import type { Words } from "./words.ts";

interface BoxLook {
  readonly words: Words;
  readonly accept: string;
  /** What is allowed, in words. */
  readonly rule: string;
  readonly isMultiple: boolean;
  readonly isDisabled: boolean;
  /** `user` or `environment` for that camera, an empty text for any, `null` for no button. */
  readonly capture: string | null;
}

export interface Box {
  readonly element: HTMLDivElement;
  /** The button that opens the file chooser. */
  readonly button: HTMLButtonElement;
  readonly update: (look: BoxLook) => void;
  readonly showDrag: (drag: Drag) => void;
}

export function createBox(take: (files: readonly File[]) => void): Box {
  const chooser = createChooser(take);
  const camera = createChooser(take);
  const title = create("span", "title");
  const hint = create("span", "hint");
  hint.id = "hint";
  const button = createButton("button", () => chooser.click());
  button.setAttribute("aria-describedby", "hint");
  const photo = createButton("button camera", () => camera.click());
  const photoText = create("span", "");
  photo.append(drawIcon("camera"), photoText);
  const buttons = create("span", "buttons", button, photo);
  const symbol = create("span", "symbol", drawIcon("upload"));
  const element = create("div", "box", symbol, title, buttons, hint, chooser, camera);
  // For the mouse, all of the box is the button.
  element.addEventListener("click", ({ target }) => {
    const isButton = target instanceof Element && target.closest("button, input");
    if (!isButton && !button.disabled) chooser.click();
  });
  let texts: readonly [usual: string, dragged: string] = ["", ""];
  let drag: Drag = "none";
  const showDrag = (next: Drag) => {
    drag = next;
    element.dataset["drag"] = drag;
    element.setAttribute("part", drag === "over" ? "box dragging" : "box");
    title.textContent = texts[drag === "none" ? 0 : 1];
  };

  return {
    element,
    button,
    showDrag,
    update({ words, accept, rule, isMultiple, isDisabled, capture }) {
      const many = words.texts;
      texts = [isMultiple ? many.drop : many.dropOne, many.dropNow];
      element.dataset["disabled"] = String(isDisabled);
      showDrag(drag);
      button.textContent = isMultiple ? many.choose : many.chooseOne;
      photoText.textContent = many.takePhoto;
      hint.textContent = rule;
      hint.hidden = rule === "";
      photo.hidden = capture === null;
      for (const one of [button, photo]) one.disabled = isDisabled;
      chooser.multiple = isMultiple;
      chooser.accept = accept;
      camera.setAttribute("capture", capture ?? "");
      camera.accept = cameraTypes(accept);
    },
  };
}

function createChooser(take: (files: readonly File[]) => void): HTMLInputElement {
  const input = create("input", "");
  input.type = "file";
  input.hidden = true;
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    // The same file can be chosen again.
    input.value = "";
    if (files.length > 0) take(files);
  });
  return input;
}

/** A camera makes photos or videos: photos, unless only videos are allowed. */
function cameraTypes(accept: string): string {
  const isVideo = accept.includes("video/") && !accept.includes("image/");
  return isVideo ? "video/*" : "image/*";
}
