/**
 * Reads a few fields of a store's XML by name. It is not an XML parser: it knows the five entities of
 * XML, and neither attributes nor declarations (docs/decisions has the reasons).
 */

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Returns whether the text is one complete document with that root, and without declarations. */
export function isDocument(xml: string, root: string): boolean {
  // No pattern has two variable parts side by side: such a pattern takes quadratic time.
  const text = xml.trim();
  const content = text.replace(/^<\?xml [^<>]{0,200}\?>/, "").trimStart();
  return (
    new RegExp(`^<${root}( [^<>]{0,500})?>`).test(content) &&
    content.endsWith(`</${root}>`) &&
    !content.includes("<!")
  );
}

/** Returns a whole number in decimal digits, or `undefined` for any other text. */
export function readNumber(xml: string, name: string): number | undefined {
  const text = readField(xml, name);
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Returns the text of the first element of that name that has only text, or `undefined` without one. */
export function readField(xml: string, name: string, maxCharacters = 4096): string | undefined {
  const text = new RegExp(`<${name}>([^<]{0,${maxCharacters}})</${name}>`).exec(xml)?.[1];
  return text === undefined ? undefined : decode(text);
}

/** Returns the content of each element of that name, in order. */
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

/** Escapes a text for an element (XML 1.0 section 2.4). */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Decodes each entity once. An unknown one is kept. */
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
