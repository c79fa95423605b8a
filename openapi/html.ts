/** HTML in template literals: every value is escaped, unless it is HTML already. */
export interface Html {
  readonly text: string;
}
type Value = Html | string | number | false | undefined;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

const escape = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? "");

export const raw = (text: string): Html => ({ text });

/** `false` and `undefined` are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const texts = values.map((value) => {
    if (value === undefined || value === false) return "";
    return typeof value === "object" ? value.text : escape(String(value));
  });
  return raw(String.raw({ raw: strings }, ...texts));
}

export const join = (parts: readonly Html[]): Html => raw(parts.map(({ text }) => text).join(""));

/** Returns a text in which what stands between backticks is code. */
export function markCode(text: string): Html {
  return join(
    text
      .split("`")
      .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`)),
  );
}
