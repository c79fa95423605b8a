import { writeActFields, writeActs } from "./write-audit.ts";
import { writeEvents, writeFields } from "./write-events.ts";
import { writeAlerts, writeColumns, writeQueries } from "./write-metrics.ts";

/** The pages with generated parts, and what writes each part. */
export const PAGES = {
  "audit.md": { acts: writeActs, fields: writeActFields },
  "operations.md": { events: writeEvents, fields: writeFields },
  "metrics.md": { columns: writeColumns, queries: writeQueries, alerts: writeAlerts },
} as const satisfies Readonly<Record<string, Readonly<Record<string, () => string>>>>;

/** Returns the page with what stands between its markers written anew. Throws where one is missing. */
export function fillPage(name: keyof typeof PAGES, page: string): string {
  return Object.entries<() => string>(PAGES[name]).reduce(
    (filled, [part, write]) => fillPart(filled, part, write()),
    page,
  );
}

/** Replaces what is between `<!-- NAME -->` and `<!-- /NAME -->`. */
function fillPart(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page has no ${start} … ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`;
}
