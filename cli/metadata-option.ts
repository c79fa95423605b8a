/** `--meta name=value`, again for more. */
import { InvalidArgumentError } from "commander";

type Pairs = Readonly<Record<string, string>>;

/** The pairs so far with one more. Throws where there is no `=`. */
export function readPair(text: string, earlier: Pairs): Pairs {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Write it as name=value.");
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}
