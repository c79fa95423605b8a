/** A round sign before a line, which the line says in words too. */
import { html } from "hono/html";
import type { Html } from "./layout.ts";

export type Mark = "good" | "bad" | "wait" | "none";

const SIGNS: Readonly<Record<Mark, string>> = { good: "✓", bad: "✕", wait: "…", none: "–" };

export const mark = (kind: Mark): Html =>
  html`<span class="dot ${kind}" aria-hidden="true">${SIGNS[kind]}</span>`;
