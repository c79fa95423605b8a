/** Wrangler's output → what people need of it: requests, errors, and what the Worker itself prints. */
import { stripVTControlCharacters } from "node:util";

/** Of every start, and of every change: nothing to do about it. */
const USUAL = [
  /^ ?⛅️ wrangler /,
  /^─+$/,
  /^⎔ /,
  /^❓ Your types might be out of date/,
  /^Ready on /,
  /^✨ Parsed \d+ valid/,
  /^Using (vars|secrets) defined in /,
  /^env\.\S+ .* local$/,
  /^GET \/dev\/policies /,
  /^\[custom build\]( Running: .*| ✔ .*)?$/,
  /^The file .* changed, restarting build/,
  /^Binding +Resource +Mode$/,
  /^Your Worker has access to the following bindings:$/,
];
/** Warnings of what this command itself wrote into the configuration. */
const OWN_WARNING = /"local_dev\.experimental_s3_credentials" fields are experimental/;
const WARNING = /^▲ \[WARNING\] Processing /;
/** Before Wrangler says that the build command has failed, it prints an error of Node.js, over some fifty lines. */
const DUMP = /^✘ \[ERROR\] .*Process exited with non-zero status/;

/** Returns a function that takes line after line, and returns those to show. */
export function createLineFilter(): (line: string) => readonly string[] {
  let held: string | undefined;
  let isInDump = false;
  return (line) => {
    const text = stripVTControlCharacters(line)
      .trimEnd()
      .replace(/^\[wrangler:info\] /, "");
    isInDump = DUMP.test(text) || (isInDump && /^( |$)/.test(text));
    if (isInDump || text === "" || USUAL.some((usual) => usual.test(text))) return [];
    if (WARNING.test(text)) {
      held = text;
      return [];
    }
    const warning = held === undefined ? [] : [held];
    held = undefined;
    if (OWN_WARNING.test(text)) return [];
    return [...warning, text];
  };
}
