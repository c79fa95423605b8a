import { writeEvents, writeFields } from "./write-events.ts";

/** Returns the page with what stands between its markers written anew. Throws where one is missing. */
export function fillPage(page: string): string {
  return fillPart(fillPart(page, "events", writeEvents()), "fields", writeFields());
}

/** Replaces what is between `<!-- NAME -->` and `<!-- /NAME -->`. */
function fillPart(page: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/operations.md has no ${start} … ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`;
}
