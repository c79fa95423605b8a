/** The frame of each page of the console. */
import { html } from "hono/html";
import type { Texts } from "./english.ts";
import type { Language } from "./texts.ts";

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

const TABS = ["overview", "user", "object", "costs"] as const;
export type Tab = (typeof TABS)[number];

/** `undefined` for a path that no page has. */
export function tabOf(path: string): Tab | undefined {
  return TABS.find((tab) => pathOf(tab) === path);
}

const pathOf = (tab: Tab) => (tab === "overview" ? "" : tab);

/** Returns the whole document. Everything that is interpolated is escaped. */
export function layout(
  { texts, language, origin, base, here }: PageContext,
  tab: Tab,
  content: Html,
): Html {
  const other: Language = language === "ko" ? "en" : "ko";
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
            ${TABS.map(
              (one) =>
                html`<a href="${base}${pathOf(one)}" ${one === tab ? html`aria-current="page"` : ""}
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

/** What belongs together, each with its name. Empty ones are left out. */
export function factList(facts: readonly (readonly [name: string, value: string])[]): Html {
  return html`<dl class="facts">
    ${facts
      .filter(([, value]) => value !== "")
      .map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;
}

interface TableOptions {
  /** The sentence where there are no rows. */
  readonly empty: string;
  /** The columns of numbers. */
  readonly numbers?: readonly number[];
}

/** A table, or a sentence. */
export function tableOf(
  headings: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  { empty, numbers = [] }: TableOptions,
): Html {
  const kind = (column: number) => (numbers.includes(column) ? html`class="number"` : "");
  if (rows.length === 0) return html`<p class="dim">${empty}</p>`;
  return html`<div
    class="scroll"
    tabindex="0"
    role="region"
    aria-label="${headings.filter(Boolean).join(", ")}"
  >
    <table>
      <thead>
        <tr>
          ${headings.map((heading, column) =>
            heading === ""
              ? html`<td></td>`
              : html`<th scope="col" ${kind(column)}>${heading}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, column) => html`<td ${kind(column)}>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
