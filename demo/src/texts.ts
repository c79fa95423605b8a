/** The texts of the page in both languages. */
import { ENGLISH } from "./english.ts";
import { KOREAN } from "./korean.ts";
import type { Language } from "./format.ts";

export type TextName = keyof typeof ENGLISH;

const TEXTS = { en: ENGLISH, ko: KOREAN } satisfies Record<Language, Record<TextName, string>>;

type Values = Readonly<Record<string, string | number>>;

/** Returns a text with its `{placeholders}` filled in. */
export function textOf(language: Language, name: TextName, values: Values = {}): string {
  return fillIn(TEXTS[language][name], values);
}

/** Replaces each `{name}` with its value. */
export function fillIn(text: string, values: Values): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

/** Whether there is a text with this name. */
export function isTextName(name: string): name is TextName {
  return Object.hasOwn(ENGLISH, name);
}
