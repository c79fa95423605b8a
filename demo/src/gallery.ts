/** What this user has stored, through tickets to read. This browser remembers the keys. */
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

/** What the page asks the service for. */
export interface Reading {
  readonly linkTo: (stored: Stored) => Promise<string>;
  /** `false` where the policy lets nobody delete. */
  readonly remove: (stored: Stored) => Promise<boolean>;
}

/** Policies whose files can be read back: the development configuration. */
const READABLE = new Set(["photo", "document", "video"]);
const DELETABLE = new Set(["photo", "document"]);
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

/** Newest first. */
export function remember(user: string, stored: Stored): void {
  if (READABLE.has(stored.policy)) writeStored(user, [stored, ...readStored(user)]);
}

export async function showGallery(
  user: string,
  language: Language,
  reading: Reading,
): Promise<void> {
  const list = find("gallery", HTMLUListElement);
  const all = readStored(user);
  const items = await Promise.all(
    all.map(async (stored) => itemOf(stored, { user, language, reading })),
  );
  list.replaceChildren(...items.filter((item) => item !== undefined));
  find("no-gallery", HTMLParagraphElement).hidden = list.childElementCount > 0;
}

interface Showing {
  readonly user: string;
  readonly language: Language;
  readonly reading: Reading;
}

async function itemOf(stored: Stored, showing: Showing): Promise<HTMLElement | undefined> {
  const url = await showing.reading.linkTo(stored).catch(() => undefined);
  if (url === undefined) return undefined;
  const { name, contentType, policy } = stored;
  const { user, language, reading } = showing;
  const link = element("a", { href: url, download: name }, textOf(language, "download"));
  link.ariaLabel = `${textOf(language, "download")}: ${name}`;
  const caption = element("div", { className: "caption" }, element("span", {}, name), link);
  if (DELETABLE.has(policy)) {
    const button = element("button", { type: "button" }, textOf(language, "remove"));
    button.ariaLabel = `${textOf(language, "remove")}: ${name}`;
    button.addEventListener("click", () => {
      button.disabled = true;
      void reading.remove(stored).then(async (isGone) => {
        if (isGone)
          writeStored(
            user,
            readStored(user).filter(({ key }) => key !== stored.key),
          );
        return showGallery(user, language, reading);
      });
    });
    caption.append(button);
  }
  const picture = contentType.startsWith("image/")
    ? element("img", { src: url, alt: name, loading: "lazy" })
    : undefined;
  return element("li", {}, picture, caption);
}
