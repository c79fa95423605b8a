/** Defines a signed or sent request, and reads URLs without changing them. */

/** A URL as it is sent. Unlike `new URL()`, nothing is normalized or repaired. */
export interface Url {
  readonly scheme: string;
  /** In lower case, without the default port. Empty if it is not known. */
  readonly host: string;
  /** Encoded, with the leading slash. */
  readonly path: string;
  /** Decoded names and values, as a server reads them. */
  readonly parameters: readonly Parameter[];
  /** What follows `#`, which clients do not send. */
  readonly fragment: string;
}

export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export interface Request {
  readonly method: string | undefined;
  readonly url: Url | undefined;
  /** Names in lower case, values unchanged. */
  readonly headers: ReadonlyMap<string, string>;
  /** Headers that may have been sent, although they are not listed. */
  readonly unknownHeaders: "all" | readonly string[];
}

const DEFAULT_PORTS: Readonly<Record<string, RegExp>> = { http: /:80$/, https: /:443$/ };

/** Returns the URL, or `undefined` if it is not an http or https URL. */
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

/** Returns the value of a query parameter. The case of the name counts. */
export function parameterOf(url: Url | undefined, name: string): string | undefined {
  return url?.parameters.find((parameter) => parameter.name === name)?.value;
}

/** Whether it is known if the header was sent. */
export function isKnown({ headers, unknownHeaders }: Request, name: string): boolean {
  return headers.has(name) || (unknownHeaders !== "all" && !unknownHeaders.includes(name));
}

/** Returns the normalized value of a header. `host` is taken from the URL if there is no such header. */
export function headerOf({ headers, url }: Request, name: string): string | undefined {
  const value = headers.get(name);
  if (name === "host") return value?.toLowerCase() ?? (url?.host || undefined);
  return value === undefined ? undefined : value.trim().replaceAll(/ +/g, " ");
}
