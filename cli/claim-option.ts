/** The option `--claim <name=value>`. */
import { InvalidArgumentError } from "commander";

export type ClaimOptions = Readonly<Record<string, string>>;

/** The claims that other options and the command itself set. */
const OWN_CLAIMS = "iss sub aud exp nbf iat jti policies maxBytes key actions".split(" ");

/** Adds a `name=value` to those before. Throws for a claim that the command sets. */
export function readClaim(text: string, earlier: ClaimOptions): ClaimOptions {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("Use a name and a value, such as team=red.");
  if (OWN_CLAIMS.includes(name))
    throw new InvalidArgumentError(`The command sets the claim ${name} itself.`);
  return { ...earlier, [name]: value };
}
