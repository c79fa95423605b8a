/** Properties that are attributes, as those of HTML's own elements are: frameworks set either. */

type Kind = "text" | "boolean";

/** Defines a property for each attribute: `window-drop` is `windowDrop`. */
export function reflectAttributes(
  prototype: HTMLElement,
  attributes: Readonly<Record<string, Kind>>,
): void {
  for (const [attribute, kind] of Object.entries(attributes)) {
    const property = attribute.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    Object.defineProperty(prototype, property, {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement) {
        const value = this.getAttribute(attribute);
        return kind === "boolean" ? value !== null : (value ?? "");
      },
      set(this: HTMLElement, value: string | boolean | null | undefined) {
        if (kind === "boolean") this.toggleAttribute(attribute, Boolean(value));
        else if (value === null || value === undefined) this.removeAttribute(attribute);
        else this.setAttribute(attribute, String(value));
      },
    });
  }
}

/** Sets properties again that were set before the element was defined, so that they have an effect. */
export function setAgain(element: HTMLElement): void {
  for (const [name, value] of Object.entries(element)) {
    if (!(name in Object.getPrototypeOf(element))) continue;
    Reflect.deleteProperty(element, name);
    Reflect.set(element, name, value);
  }
}
