/** Writes to the terminal: colors on standard error, and closed pipes. */
import { styleText } from "node:util";

/** Returns a text for standard error, colored only if standard error is a terminal. */
export function paint(format: "red" | "bold", text: string): string {
  return styleText(format, text, { stream: process.stderr });
}

/** Ends the process when the reader closes the pipe (`… | head -1`). Any other error, such as a full disk, ends it with 2. */
export function exitOnClosedPipe(stdout: NodeJS.WriteStream): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.stderr.write(`✘ ${error.message}\n`);
    process.exit(error.code === "EPIPE" ? process.exitCode : 2);
  });
}
