/** Creates the elements inside of the dropzone. Strings become text, never HTML. */

/** Creates an element that a page can style as `::part(…)`. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  part: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag);
  if (part) created.setAttribute("part", part);
  created.append(...children);
  return created;
}

/** Creates a button. A form that contains it is not submitted. */
export function createButton(part: string, onClick: () => void): HTMLButtonElement {
  const button = create("button", part);
  button.type = "button";
  button.addEventListener("click", onClick);
  return button;
}
