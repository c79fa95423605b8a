/** Reads `--meta name=value`, an option that can be repeated. */
import { InvalidArgumentError } from "commander";

type Pairs = Readonly<Record<string, string>>;

/** Returns the earlier pairs with this one. Throws `InvalidArgumentError` for a text without a name and `=`. */
export function readMetadataPair(text: string, earlier: Pairs): Pairs {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Use name=value.");
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}
