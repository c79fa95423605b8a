/** The gallery: the user's stored files, read with tickets. The browser keeps their keys. */
import * as z from "zod/mini";
import { element, find } from "./element.ts";
import { textOf, type Language } from "./texts.ts";

const storedSchema = z.object({
  key: z.string(),
  policy: z.string(),
  name: z.string(),
  contentType: z.string(),
});
export type Stored = Readonly<z.output<typeof storedSchema>>;

/** The requests to the service that the gallery needs. */
export interface GalleryService {
  readonly readUrl: (stored: Stored) => Promise<string>;
  readonly canRemove: (stored: Stored) => boolean;
  /** Deletes the file. Returns `false` if that failed. */
  readonly remove: (stored: Stored) => Promise<boolean>;
}

const MAX_ITEMS = 60;

const nameOf = (user: string) => `edge-presigner-demo ${user}`;

function readStored(user: string): readonly Stored[] {
  try {
    return z.array(storedSchema).parse(JSON.parse(localStorage.getItem(nameOf(user)) ?? "[]"));
  } catch {
    return [];
  }
}

function writeStored(user: string, stored: readonly Stored[]): void {
  localStorage.setItem(nameOf(user), JSON.stringify(stored.slice(0, MAX_ITEMS)));
}

/** Adds a file to the gallery, the newest first. */
export function addToGallery(user: string, stored: Stored): void {
  writeStored(user, [stored, ...readStored(user)]);
}

/** Draws the gallery again. */
export async function showGallery(
  user: string,
  language: Language,
  service: GalleryService,
): Promise<void> {
  const list = find("gallery", HTMLUListElement);
  const all = readStored(user);
  const items = await Promise.all(
    all.map(async (stored) => itemOf(stored, { user, language, service })),
  );
  list.replaceChildren(...items.filter((item) => item !== undefined));
  find("no-gallery", HTMLParagraphElement).hidden = list.childElementCount > 0;
}

interface GalleryContext {
  readonly user: string;
  readonly language: Language;
  readonly service: GalleryService;
}

async function itemOf(stored: Stored, context: GalleryContext): Promise<HTMLElement | undefined> {
  const url = await context.service.readUrl(stored).catch(() => undefined);
  if (url === undefined) return undefined;
  const { name, contentType } = stored;
  const { user, language, service } = context;
  const link = element("a", { href: url, download: name }, textOf(language, "download"));
  link.ariaLabel = `${textOf(language, "download")}: ${name}`;
  const caption = element("div", { className: "caption" }, element("span", {}, name), link);
  if (service.canRemove(stored)) {
    const button = element("button", { type: "button" }, textOf(language, "remove"));
    button.ariaLabel = `${textOf(language, "remove")}: ${name}`;
    button.addEventListener("click", () => {
      button.disabled = true;
      void service.remove(stored).then(async (isDeleted) => {
        if (isDeleted)
          writeStored(
            user,
            readStored(user).filter(({ key }) => key !== stored.key),
          );
        return showGallery(user, language, service);
      });
    });
    caption.append(button);
  }
  const picture = contentType.startsWith("image/")
    ? element("img", { src: url, alt: name, loading: "lazy" })
    : undefined;
  return element("li", {}, picture, caption);
}
