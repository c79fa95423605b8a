/** The names of uploads that a reload cut off: the file itself has to be chosen again. */
import * as z from "zod/mini";

const NAME = "edge-presigner-demo interrupted";
const namesSchema = z.array(z.string());

export function readInterrupted(): readonly string[] {
  try {
    return namesSchema.parse(JSON.parse(sessionStorage.getItem(NAME) ?? "[]"));
  } catch {
    return [];
  }
}

/** On its way from now on. */
export function noteStarted(name: string): void {
  write([name, ...readInterrupted().filter((other) => other !== name)]);
}

/** Stored, cancelled or refused: nothing to go on with. */
export function noteEnded(name: string): void {
  write(readInterrupted().filter((other) => other !== name));
}

function write(names: readonly string[]): void {
  sessionStorage.setItem(NAME, JSON.stringify(names));
}
