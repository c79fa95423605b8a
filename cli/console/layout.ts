/** The frame of each page of the console. */
import { html } from "hono/html";
import type { Language, Texts } from "./texts.ts";

export type Html = ReturnType<typeof html>;

/** What every page needs. */
export interface PageContext {
  readonly texts: Texts;
  readonly language: Language;
  /** The address of the Worker. */
  readonly origin: string;
  /** The secret start of every path, with slashes around it. */
  readonly base: string;
  /** The path of this page with its query, below `base`. */
  readonly here: string;
}

type Tab = "overview" | "user" | "object";

const PATHS: Readonly<Record<Tab, string>> = { overview: "", user: "user", object: "object" };

/** Returns the whole document. Everything that is interpolated is escaped. */
export function layout(
  { texts, language, origin, base, here }: PageContext,
  tab: Tab,
  content: Html,
): Html {
  const other: Language = language === "ko" ? "en" : "ko";
  const tabs = ["overview", "user", "object"] as const;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${texts[tab]} · edge-presigner</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${base}style.css" />
      </head>
      <body>
        <header>
          <strong>edge-presigner</strong> <span class="origin">${origin}</span>
          <nav aria-label="${texts.title}">
            ${tabs.map(
              (one) =>
                html`<a href="${base}${PATHS[one]}" ${one === tab ? html`aria-current="page"` : ""}
                  >${texts[one]}</a
                > `,
            )}
            <a
              href="${base}language?to=${other}&back=${encodeURIComponent(here)}"
              lang="${other}"
              hreflang="${other}"
              >${texts.language}</a
            >
          </nav>
        </header>
        <main>${content}</main>
      </body>
    </html>`;
}

/** A message after something was done, or was not. */
export function note(text: string, kind: "good" | "bad"): Html {
  return html`<section role="${kind === "bad" ? "alert" : "status"}">
    <p class="note ${kind}">${text}</p>
  </section>`;
}

/** A table, or a sentence where there are no rows. */
export function tableOf(
  headings: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  empty: string,
): Html {
  if (rows.length === 0) return html`<p class="dim">${empty}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${headings.join(", ")}">
    <table>
      <thead>
        <tr>
          ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
