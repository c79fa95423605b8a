/** Content types: which a policy allows, which a browser would run, and their extensions. */
import { extensionsOf, rows, typesOf } from "./extensions.ts";

/**
 * Types that a browser, or a server, runs when a bucket serves them: stored cross-site scripting.
 * A policy has to name such a type; no pattern includes it. Sources: WHATWG MIME Sniffing section
 * 4.6 (JavaScript and XML types) and section 7 (unknown types, in which a browser looks for a page),
 * RFC 2557 (multipart and message documents).
 */
const ACTIVE = [
  /\+xml$/,
  /^unknown\/|^application\/(x-)?unknown/,
  /^(multipart|message)\//,
  /^(application|text)\/(x-)?(java|ecma|j|live|vb)script[0-9.]*$/,
  /^(application|text)\/(x-)?(cache-manifest|csh|hta|html|httpd-php|mhtml|mimearchive|perl|php|python(-code)?|scriptlet|sh|shellscript|shockwave-flash|xml|xml-dtd|xsl)$/,
];

/** Extensions that a server would serve as one of those types. */
const ACTIVE_EXTENSIONS = new Set(
  "asp aspx bat cgi cmd cjs csh dtd eml hta htm html js jse jsp mht mhtml mjs phar php php5 phtml pl ps1 py sh shtml svg svgz swf vbs wsf xht xhtml xml xsl xslt".split(
    " ",
  ),
);

/** Returns whether the list has the type: by name, or by a pattern if no browser would run it. */
export function isTypeAllowed(contentType: string, types: readonly string[]): boolean {
  return (
    types.includes(contentType) || (!isActive(contentType) && matchesPattern(contentType, types))
  );
}

/** Returns whether the list has a pattern of the type's family, whether or not a browser would run it. */
export function matchesPattern(contentType: string, types: readonly string[]): boolean {
  const [family = ""] = contentType.split("/");
  return types.includes(`${family}/*`) || types.includes("*/*");
}

/** Returns whether a browser, or a server, would run a file of this type. */
export function isActive(contentType: string): boolean {
  return ACTIVE.some((pattern) => pattern.test(contentType));
}

/** Returns whether a browser could run an object of this policy, by the policy's types or the key's extension. */
export function mayRun(types: readonly string[], key: string): boolean {
  const extension = extensionOf(key.split("/").at(-1))?.toLowerCase();
  return types.some(isActive) || (extension !== undefined && ACTIVE_EXTENSIONS.has(extension));
}

/**
 * Returns the type as which a browser may show an object of this policy: that of the key's extension,
 * or the policy's only type. The stored type does not count: it may be one that the policy once named.
 */
export function inlineTypeOf(types: readonly string[], key: string): string | undefined {
  if (mayRun(types, key)) return undefined;
  const extension = extensionOf(key.split("/").at(-1))?.toLowerCase();
  const known = extension === undefined ? [] : typesOf(extension);
  const [only] = types.length === 1 && !types[0]?.endsWith("/*") ? types : [];
  return only ?? known.findLast((type) => isTypeAllowed(type, types));
}

/** Returns the known extensions of the types that the list allows; `undefined` where it allows any type. */
export function knownExtensions(types: readonly string[]): readonly string[] | undefined {
  if (types.includes("*/*")) return undefined;
  const allowed = [...rows()].filter(([type]) => isTypeAllowed(type, types));
  return [...new Set(allowed.flatMap(([, extensions]) => extensions))];
}

/** Returns the extension without the dot, or `undefined` without one. Servers ignore dots and spaces at the end. */
function extensionOf(filename = ""): string | undefined {
  let end = filename.length;
  while (end > 0 && /[.\s]/.test(filename[end - 1] ?? "")) end -= 1;
  const [, before, extension = ""] = /^(.*)\.([^.]+)$/s.exec(filename.slice(0, end)) ?? [];
  // A name such as .gitignore is no extension, but a server may take .html for one.
  const hasName = before !== undefined && /[^.]/.test(before);
  return hasName || ACTIVE_EXTENSIONS.has(extension.toLowerCase()) ? extension : undefined;
}

/** Returns the extension for a key: the file's own if the type has it, or the type's first one. */
export function chooseExtension(
  contentType: string,
  filename: string | undefined,
): { readonly extension: string } | { readonly error: string } {
  const known = extensionsOf(contentType);
  const own = extensionOf(filename)?.toLowerCase();
  if (own === undefined) return { extension: known?.[0] ?? "bin" };
  if (known?.includes(own)) return { extension: own };
  if (known)
    return {
      error: `.${own} is not a valid extension for ${contentType}: use .${known.join(", .")}`,
    };
  if (ACTIVE_EXTENSIONS.has(own) && !isActive(contentType))
    return { error: `.${own} is not a valid extension for ${contentType}` };
  if (!/^[a-z0-9]{1,16}$/.test(own)) return { extension: "bin" };
  return { extension: own };
}
