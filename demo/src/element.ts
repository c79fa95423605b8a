/** Creates and finds elements of the page. Strings become text, never HTML. */

type Child = Node | string | undefined;

/** Creates an element with these properties and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Readonly<Partial<HTMLElementTagNameMap[Tag]>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const created = Object.assign(document.createElement(tag), properties);
  created.append(...children.filter((child) => child !== undefined));
  return created;
}

/** Returns the element with this id. Throws if there is none of this kind. */
export function find<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.querySelector(`#${id}`);
  if (found instanceof kind) return found;
  throw new TypeError(`Cannot find #${id} on the page`);
}
