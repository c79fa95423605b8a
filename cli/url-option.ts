/** Reads options that are URLs. */
import { InvalidArgumentError, Option } from "commander";

const DEVELOPMENT = "http://localhost:8787";

/** Returns the URL of a text. Throws `InvalidArgumentError` if it is not an http or https URL. */
export function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw new InvalidArgumentError(`Use a URL such as ${DEVELOPMENT}.`);
}

/** Returns an option whose default is the URL of the development server. */
export function urlOption(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser(readUrl)
    .default(new URL(DEVELOPMENT), DEVELOPMENT);
}
