/** The texts and icons of index.html. */
import { find } from "./element.ts";
import { icon, isIconName } from "./icons.ts";
import { say, settings } from "./settings.ts";
import { isTextName } from "./texts.ts";

/** Puts each icon in its place, once. */
export function drawIcons(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-icon]")) {
    const name = place.dataset["icon"] ?? "";
    if (isIconName(name)) place.replaceWith(icon(name));
  }
}

/** Writes the texts in the chosen language. */
export function drawTexts(): void {
  document.documentElement.lang = settings.language;
  for (const place of document.querySelectorAll<HTMLElement>("[data-text]")) {
    const name = place.dataset["text"] ?? "";
    if (isTextName(name)) place.textContent = say(name);
  }
  const button = find("language", HTMLElement);
  button.textContent = say("language");
  button.lang = settings.language === "ko" ? "en" : "ko";
}
