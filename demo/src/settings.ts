/** What the person chose: language, user and policy. The browser keeps it. */
import type { Language } from "./format.ts";
import { textOf, type TextName } from "./texts.ts";

const KEPT = "edge-presigner-demo ";

const read = (name: string) => localStorage.getItem(KEPT + name) ?? undefined;

export const settings = {
  get language(): Language {
    return (read("language") ?? navigator.language).startsWith("ko") ? "ko" : "en";
  },
  set language(value: Language) {
    localStorage.setItem(`${KEPT}language`, value);
  },
  get user(): string {
    return read("user") ?? "alice";
  },
  set user(value: string) {
    localStorage.setItem(`${KEPT}user`, value);
  },
  /** `undefined`: the default policy of the service. */
  get policy(): string | undefined {
    return read("policy");
  },
  set policy(value: string) {
    localStorage.setItem(`${KEPT}policy`, value);
  },
};

/** Returns a text in the chosen language. */
export function say(name: TextName, values?: Readonly<Record<string, string | number>>): string {
  return textOf(settings.language, name, values);
}
