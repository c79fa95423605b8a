/** The gallery: the user's stored files, read with tickets. */
import { element, find } from "./element.ts";
import { icon, type IconName } from "./icons.ts";
import { iconOf, isShown } from "./file-icon.ts";
import { say, settings } from "./settings.ts";
import { readStored, removeStored, type Stored } from "./stored.ts";
import type { TextName } from "./texts.ts";

/** The requests to the service that the gallery needs. */
export interface GalleryService {
  /** Returns a URL that shows the file, or saves it under its name. It is valid for minutes. */
  readonly readUrl: (stored: Stored, disposition: "inline" | "attachment") => Promise<string>;
  readonly canRemove: (stored: Stored) => boolean;
  /** Rejects if that failed. */
  readonly remove: (stored: Stored) => Promise<void>;
  readonly removeFailed: (stored: Stored) => void;
}

/** A picture is read with one ticket, however often the gallery is drawn. */
const urls = new Map<string, Promise<string | undefined>>();

/** Draws the gallery. */
export async function drawGallery(service: GalleryService): Promise<void> {
  const { user } = settings;
  const all = readStored(user);
  const tiles = await Promise.all(
    all.map(async (stored) => {
      const url = urls.get(stored.key) ?? service.readUrl(stored, "inline").catch(() => undefined);
      urls.set(stored.key, url);
      const known = await url;
      return known === undefined ? undefined : tileOf(stored, known, service);
    }),
  );
  // Another drawing may have begun since.
  if (user !== settings.user || all.length !== readStored(user).length) return;
  const shown = tiles.filter((tile) => tile !== undefined);
  find("gallery", HTMLUListElement).replaceChildren(...shown);
  find("no-gallery", HTMLElement).hidden = shown.length > 0;
}

function tileOf(stored: Stored, url: string, service: GalleryService): HTMLElement {
  const { name, contentType } = stored;
  const picture = isShown(contentType)
    ? element("img", { src: url, alt: "", loading: "lazy" })
    : icon(iconOf(contentType));
  const caption = element("div", { className: "caption" });
  caption.append(
    element("span", { title: name }, name),
    buttonOf("download", "download", { name, run: async () => save(stored, service) }),
  );
  if (service.canRemove(stored))
    caption.append(
      buttonOf("remove", "trash", { name, run: async () => removeTile(stored, service) }),
    );
  return element("li", {}, element("div", { className: "frame" }, picture), caption);
}

/** With a fresh ticket: the one of the picture may have expired. */
async function save(stored: Stored, service: GalleryService): Promise<void> {
  const href = await service.readUrl(stored, "attachment");
  element("a", { href, download: stored.name }).click();
}

async function removeTile(stored: Stored, service: GalleryService): Promise<void> {
  try {
    await service.remove(stored);
    removeStored(settings.user, stored.key);
  } catch {
    service.removeFailed(stored);
  }
  await drawGallery(service);
}

interface ButtonAction {
  readonly name: string;
  readonly run: () => Promise<void>;
}

function buttonOf(action: TextName, drawing: IconName, { name, run }: ButtonAction): HTMLElement {
  const label = { ariaLabel: `${say(action)}: ${name}`, title: say(action) };
  const button = element(
    "button",
    { type: "button", className: "plain round", ...label },
    icon(drawing),
  );
  button.addEventListener("click", () => {
    button.disabled = true;
    void run().finally(() => {
      button.disabled = false;
    });
  });
  return button;
}
