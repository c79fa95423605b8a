/** Reads the lines of a file, or of standard input, for as long as there are some. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** The name of standard input. */
export const STANDARD_INPUT = "-";

/** Calls `onLine` for each line. Ends with the input, or when the signal is aborted. */
export async function followLog(
  path: string,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const input = path === STANDARD_INPUT ? process.stdin : createReadStream(path);
  const lines = createInterface({ input, signal });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  input.on("error", reject);
  lines.on("line", onLine);
  lines.on("close", resolve);
  await promise;
}
