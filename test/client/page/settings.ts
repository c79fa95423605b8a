/** What a test passes to the page. */
export interface Settings {
  readonly endpoint: string;
  readonly token: string;
  readonly policy: string;
}

/** Reads the settings from the URL, so that they stay after a reload. */
export function readSettings(): Settings {
  const query = new URLSearchParams(location.hash.slice(1));
  const read = (name: string) => query.get(name) ?? "";
  return { endpoint: read("endpoint"), token: read("token"), policy: read("policy") };
}
