/** What `edge-presigner dev` prints when the Worker answers. */
import { styleText } from "node:util";
import type { Prepared } from "./prepare.ts";

interface Ready extends Prepared {
  readonly url: string;
  /** The configuration file. */
  readonly file: string;
  /** The path of the page, if there is one. */
  readonly page: string | undefined;
}

/** Returns what to open, which policies run, and how to get a token. */
export function describeReady({ development, buckets, notes, url, file, page }: Ready): string {
  const { policies, defaultPolicy } = development.definition;
  const names = Object.keys(policies).map((name) =>
    name === defaultPolicy ? `${name} (default)` : name,
  );
  const stores = buckets.map(({ store, bucket }) =>
    store === bucket ? store : `${store} (bucket ${bucket})`,
  );
  const rows = [
    ...(page === undefined ? [] : [["Page", `${url}${page} uploads files under these policies`]]),
    ["Token", "npx edge-presigner token alice"],
    ["Policies", names.join(", ")],
    ["Stores", `${stores.join(", ")}: embedded, files stay in .wrangler/`],
    ...notes.map((note) => ["Note", note]),
  ];
  return [
    `\n${styleText("green", "✔")} ${styleText("bold", `Ready on ${url}`)}\n\n`,
    ...rows.map(([name = "", text = ""]) => `  ${name.padEnd(10)}${text}\n`),
    `\n  ${file} is read again when it changes. Ctrl-C ends.\n\n`,
  ].join("");
}
