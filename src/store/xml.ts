/**
 * The few fields that are read of a store's XML, whose shapes are known. No parser: there are no
 * entities to expand but the five of XML, no attributes, no nesting but one level of parts.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Whether the text is one whole document with that root: not cut off, and with no declarations of its own. */
export function isDocument(xml: string, root: string): boolean {
  const start = new RegExp(
    `^\\uFEFF?\\s*(<\\?xml [^<>]{0,200}\\?>)?\\s*<${root}( [^<>]{0,500})?>`,
  ).test(xml);
  return start && xml.trimEnd().endsWith(`</${root}>`) && !xml.includes("<!");
}

/** A whole number in decimal digits, or `undefined`. */
export function readNumber(xml: string, name: string): number | undefined {
  const text = readField(xml, name);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The text of the first element of that name, or `undefined` where there is none with text alone. */
export function readField(xml: string, name: string, maxCharacters = 4096): string | undefined {
  const text = new RegExp(`<${name}>([^<]{0,${maxCharacters}})</${name}>`).exec(xml)?.[1];
  return text === undefined ? undefined : decode(text);
}

/** What stands inside each element of that name, in order. */
export function readBlocks(xml: string, name: string): readonly string[] {
  const blocks: string[] = [];
  const open = `<${name}>`;
  const close = `</${name}>`;
  for (let from = xml.indexOf(open); from >= 0; from = xml.indexOf(open, from)) {
    const to = xml.indexOf(close, from);
    if (to < 0) break;
    blocks.push(xml.slice(from + open.length, to));
    from = to + close.length;
  }
  return blocks;
}

/** A text inside an element (XML 1.0 section 2.4). */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Each entity once; one that is not known stays as it is. */
function decode(text: string): string {
  return text.replaceAll(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g,
    (entity, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name] ?? entity;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
    },
  );
}
