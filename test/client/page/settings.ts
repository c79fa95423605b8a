/** What a test tells the page before it begins. */
export interface Settings {
  readonly endpoint: string;
  readonly token: string;
  readonly policy: string;
}

/** Of the address, so that it outlives a reload. */
export function readSettings(): Settings {
  const query = new URLSearchParams(location.hash.slice(1));
  const read = (name: string) => query.get(name) ?? "";
  return { endpoint: read("endpoint"), token: read("token"), policy: read("policy") };
}
