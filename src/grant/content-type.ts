/** Content types: which a policy allows, which a browser would run, and their extensions. */
import mime from "mime/lite";

/**
 * Types that a browser, or a server, runs when a bucket serves them: stored cross-site scripting.
 * A policy has to name such a type; no pattern includes it.
 */
const ACTIVE = new Set([
  "application/ecmascript",
  "application/hta",
  "application/javascript",
  "application/x-csh",
  "application/x-ecmascript",
  "application/x-httpd-php",
  "application/x-javascript",
  "application/x-mimearchive",
  "application/x-perl",
  "application/x-php",
  "application/x-python-code",
  "application/x-sh",
  "application/x-shockwave-flash",
  "application/xml",
  "application/xml-dtd",
  "message/rfc822",
  "multipart/related",
  "multipart/x-mixed-replace",
  "text/cache-manifest",
  "text/ecmascript",
  "text/html",
  "text/javascript",
  "text/jscript",
  "text/livescript",
  "text/php",
  "text/vbscript",
  "text/x-ecmascript",
  "text/x-javascript",
  "text/x-php",
  "text/x-python",
  "text/x-sh",
  "text/x-shellscript",
  "text/xml",
  "text/xsl",
]);

/** Extensions that a server would serve as one of those types. */
const ACTIVE_EXTENSIONS = new Set(
  "asp aspx bat cgi cmd cjs csh dtd eml hta htm html js jse jsp mht mhtml mjs phar php php5 phtml pl ps1 py sh shtml svg svgz swf vbs wsf xht xhtml xml xsl xslt".split(
    " ",
  ),
);

/** Returns whether the list has the type: by name, or by a pattern if no browser would run it. */
export function isTypeAllowed(contentType: string, types: readonly string[]): boolean {
  if (types.includes(contentType)) return true;
  if (isActive(contentType)) return false;
  const [family = ""] = contentType.split("/");
  return types.includes(`${family}/*`) || types.includes("*/*");
}

function isActive(contentType: string): boolean {
  return ACTIVE.has(contentType) || contentType.endsWith("+xml");
}

/** Returns whether a browser could run an object of this policy, by the policy's types or the key's extension. */
export function mayRun(types: readonly string[], key: string): boolean {
  const extension = extensionOf(key.split("/").at(-1))?.toLowerCase();
  return types.some(isActive) || (extension !== undefined && ACTIVE_EXTENSIONS.has(extension));
}

/** Returns the extension without the dot, or `undefined` without one. */
function extensionOf(filename: string | undefined): string | undefined {
  return /[^.]\.([^.]+)$/.exec(filename ?? "")?.[1];
}

/** Returns the extension for a key: the file's own if the type has it, or the type's first one. */
export function chooseExtension(
  contentType: string,
  filename: string | undefined,
): { readonly extension: string } | { readonly error: string } {
  const known = mime.getAllExtensions(contentType);
  const own = extensionOf(filename)?.toLowerCase();
  if (own === undefined) return { extension: mime.getExtension(contentType) ?? "bin" };
  const isGeneric = contentType === "application/octet-stream" || !known;
  if (known?.has(own)) return { extension: own };
  if (!isGeneric)
    return {
      error: `.${own} is not a valid extension for ${contentType}: use .${[...known].join(", .")}`,
    };
  if (ACTIVE_EXTENSIONS.has(own) && !isActive(contentType))
    return { error: `.${own} is not a valid extension for ${contentType}` };
  if (!/^[a-z0-9]{1,16}$/.test(own)) return { extension: "bin" };
  return { extension: own };
}
