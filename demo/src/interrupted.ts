/** The names of uploads that a reload interrupted. The user has to choose the files again. */
import * as z from "zod/mini";
import { find } from "./element.ts";
import { say } from "./settings.ts";

const NAME = "edge-presigner-demo interrupted";
const namesSchema = z.array(z.string());

function read(): readonly string[] {
  try {
    return namesSchema.parse(JSON.parse(sessionStorage.getItem(NAME) ?? "[]"));
  } catch {
    return [];
  }
}

/** Adds the name of an upload that started. */
export function markStarted(name: string): void {
  write([name, ...read().filter((other) => other !== name)]);
}

/** Removes the name of an upload that was stored, cancelled or refused. */
export function markEnded(name: string): void {
  write(read().filter((other) => other !== name));
}

/** The uploads that the last reload interrupted. */
const interrupted = read();

/** Shows which uploads continue when their files are chosen again. */
export function drawInterrupted(): void {
  const notice = find("interrupted", HTMLElement);
  const names = interrupted.filter((name) => read().includes(name));
  notice.hidden = names.length === 0;
  notice.textContent = say("interrupted", { name: names.join(", ") });
}

function write(names: readonly string[]): void {
  sessionStorage.setItem(NAME, JSON.stringify(names));
}
