/** Writes to the terminal. Everything that a command prints passes through `print` or `printError`. */
import { styleText } from "node:util";
import { printable } from "./printable.ts";

/** Prints to standard output, without any control character but those of `styleText`. */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** Prints to standard error, in the same way. */
export function printError(text: string): void {
  process.stderr.write(printable(text));
}

/** Prints one JSON document. */
export function printJson(document: unknown): void {
  print(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** Whether people see standard output. */
export const isTerminal = (): boolean => process.stdout.isTTY;

/** Returns a text for standard error, colored only if standard error is a terminal. */
export function paint(format: "red" | "yellow" | "bold", text: string): string {
  return styleText(format, text, { stream: process.stderr });
}

/** Ends the process when the reader closes the pipe (`… | head -1`). Any other error, such as a full disk, ends it with 2. */
export function exitOnClosedPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") printError(`✘ ${error.message}\n`);
    process.exit(error.code === "EPIPE" ? process.exitCode : 2);
  });
}
