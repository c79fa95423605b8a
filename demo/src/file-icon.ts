/** The picture of a file: a preview of an image, or an icon of its type. */
import { element } from "./element.ts";
import { icon, type IconName } from "./icons.ts";

const ICONS: readonly (readonly [RegExp, IconName])[] = [
  [/^image\//, "image"],
  [/^video\//, "video"],
  [/^audio\//, "audio"],
  [/zip|tar|gzip|compressed/, "archive"],
  [/^text\/|pdf|word|document|json/, "text"],
];

/** Browsers show these in an `img`. */
const SHOWN = /^image\/(?:png|jpeg|webp|gif|avif|svg\+xml)$/;

/** Returns the icon of a type. */
export function iconOf(contentType: string): IconName {
  return ICONS.find(([pattern]) => pattern.test(contentType))?.[1] ?? "file";
}

/** Whether browsers can show it. */
export function isShown(contentType: string): boolean {
  return SHOWN.test(contentType);
}

/** Creates a preview of the file. */
export function previewOf(file: Blob): HTMLElement {
  const picture = element("span", { className: "picture" });
  if (!isShown(file.type)) {
    picture.append(icon(iconOf(file.type)));
    return picture;
  }
  const url = URL.createObjectURL(file);
  const image = element("img", { alt: "", src: url });
  const forget = () => URL.revokeObjectURL(url);
  image.addEventListener("load", forget, { once: true });
  image.addEventListener(
    "error",
    () => {
      forget();
      image.replaceWith(icon(iconOf(file.type)));
    },
    { once: true },
  );
  picture.append(image);
  return picture;
}
