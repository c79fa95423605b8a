/** `--url`: where something answers. */
import { InvalidArgumentError, Option } from "commander";

const DEVELOPMENT = "http://localhost:8787";

/** Throws where it is no address of the web. */
export function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new InvalidArgumentError(`Write an address such as ${DEVELOPMENT}.`);
}

/** One that is the development server's where it is left out. */
export function urlOption(flags: string, says: string): Option {
  return new Option(flags, says).argParser(readUrl).default(new URL(DEVELOPMENT), DEVELOPMENT);
}
