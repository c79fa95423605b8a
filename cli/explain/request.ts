/** A request as it was signed, or as it was sent. */

/** A URL as it stands on the wire: nothing is folded, decoded or repaired, unlike in `new URL()`. */
export interface Url {
  readonly scheme: string;
  /** Lower case, without the scheme's own port. Empty where it is not known. */
  readonly host: string;
  /** Still encoded, with its first slash. */
  readonly path: string;
  /** Decoded names and values, as a server reads them. */
  readonly parameters: readonly Parameter[];
  /** What stands behind `#`, which no client sends. */
  readonly fragment: string;
}

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export interface Request {
  readonly method: string | undefined;
  readonly url: Url | undefined;
  /** Lower-case names, values as they stand. */
  readonly headers: ReadonlyMap<string, string>;
  /** Names about which nothing was said, as the user agent adds them by itself. */
  readonly unsaid: "all" | readonly string[];
}

const DEFAULT_PORTS: Readonly<Record<string, RegExp>> = { http: /:80$/, https: /:443$/ };

/** `undefined` for what is no http URL. */
export function readUrl(text: string): Url | undefined {
  const parts = /^(https?):\/\/(?:[^/?#@]*@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(
    text,
  );
  if (!parts) return undefined;
  const [, scheme = "", host = "", path = "", query = "", fragment = ""] = parts;
  return {
    scheme: scheme.toLowerCase(),
    host: host.toLowerCase().replace(DEFAULT_PORTS[scheme.toLowerCase()] ?? /^$/, ""),
    path: path || "/",
    parameters: readQuery(query),
    fragment,
  };
}

function readQuery(query: string): readonly Parameter[] {
  return [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
}

/** The value of a query parameter, by its exact name. */
export function parameterOf(url: Url | undefined, name: string): string | undefined {
  return url?.parameters.find((parameter) => parameter.name === name)?.value;
}

/** Whether the absence of a header means that it was not sent. */
export function isSaid({ headers, unsaid }: Request, name: string): boolean {
  return headers.has(name) || (unsaid !== "all" && !unsaid.includes(name));
}

/** `host` stands in the URL where it is not among the headers. */
export function headerOf({ headers, url }: Request, name: string): string | undefined {
  const value = headers.get(name);
  if (name === "host") return value?.toLowerCase() ?? (url?.host || undefined);
  return value === undefined ? undefined : value.trim().replaceAll(/ +/g, " ");
}
