/** What a command writes: to people, to scripts, and to those who stop reading. */
import { styleText } from "node:util";

/** For standard error: coloured only where that is a terminal, whatever standard output is. */
export function paint(format: "red" | "bold", text: string): string {
  return styleText(format, text, { stream: process.stderr });
}

/** `edge-presigner … | head -1`: who reads no more has what it wanted. A disk that is full has not. */
export function endWithReader(stdout: NodeJS.WriteStream): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") process.stderr.write(`✘ ${error.message}\n`);
    process.exit(error.code === "EPIPE" ? process.exitCode : 2);
  });
}
