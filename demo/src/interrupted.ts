/** The names of uploads that a reload interrupted. The user has to choose the files again. */
import * as z from "zod/mini";

const NAME = "edge-presigner-demo interrupted";
const namesSchema = z.array(z.string());

/** Returns the names of the interrupted uploads. */
export function readInterrupted(): readonly string[] {
  try {
    return namesSchema.parse(JSON.parse(sessionStorage.getItem(NAME) ?? "[]"));
  } catch {
    return [];
  }
}

/** Adds the name of an upload that started. */
export function markStarted(name: string): void {
  write([name, ...readInterrupted().filter((other) => other !== name)]);
}

/** Removes the name of an upload that was stored, cancelled or refused. */
export function markEnded(name: string): void {
  write(readInterrupted().filter((other) => other !== name));
}

function write(names: readonly string[]): void {
  sessionStorage.setItem(NAME, JSON.stringify(names));
}
