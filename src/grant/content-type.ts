/** Content types: what a policy allows, what a browser would run, and the extensions of each. */
import mime from "mime/lite";

/**
 * What a browser runs or a server might, when it is served from a bucket: stored cross-site
 * scripting. Allowed only where a policy names the type outright.
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

/** The extensions by which a server would serve one of those. */
const ACTIVE_EXTENSIONS = new Set(
  "asp aspx bat cgi cmd cjs csh dtd eml hta htm html js jse jsp mht mhtml mjs phar php php5 phtml pl ps1 py sh shtml svg svgz swf vbs wsf xht xhtml xml xsl xslt".split(
    " ",
  ),
);

/** Whether the policy's list has the type: by name, or by a pattern if nothing would run it. */
export function isTypeAllowed(contentType: string, types: readonly string[]): boolean {
  if (types.includes(contentType)) return true;
  if (isActive(contentType)) return false;
  const [family = ""] = contentType.split("/");
  return types.includes(`${family}/*`) || types.includes("*/*");
}

function isActive(contentType: string): boolean {
  return ACTIVE.has(contentType) || contentType.endsWith("+xml");
}

/** Whether a browser would run what a policy lets in under this key, by its types or by the key's extension. */
export function mayRun(types: readonly string[], key: string): boolean {
  const extension = extensionOf(key.split("/").at(-1))?.toLowerCase();
  return types.some(isActive) || (extension !== undefined && ACTIVE_EXTENSIONS.has(extension));
}

/** The extension of the file's name, without the dot and as it stands; `undefined` where it has none. */
function extensionOf(filename: string | undefined): string | undefined {
  return /[^.]\.([^.]+)$/.exec(filename ?? "")?.[1];
}

/** The extension for a key: the file's own where the type allows it, or the type's first one. */
export function chooseExtension(
  contentType: string,
  filename: string | undefined,
): { readonly extension: string } | { readonly fault: string } {
  const known = mime.getAllExtensions(contentType);
  const own = extensionOf(filename)?.toLowerCase();
  if (own === undefined) return { extension: mime.getExtension(contentType) ?? "bin" };
  const isGeneric = contentType === "application/octet-stream" || !known;
  if (known?.has(own)) return { extension: own };
  if (!isGeneric)
    return { fault: `.${own} is no extension of ${contentType}: use .${[...known].join(", .")}` };
  if (ACTIVE_EXTENSIONS.has(own) && !isActive(contentType))
    return { fault: `.${own} does not go with ${contentType}` };
  if (!/^[a-z0-9]{1,16}$/.test(own)) return { extension: "bin" };
  return { extension: own };
}
