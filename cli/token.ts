/** `edge-presigner token`: prints a bearer token that the development server takes, and nothing else. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { decodeJwt } from "jose";
import { parseDuration, parseSize } from "../src/config/units.ts";
import { mintDevelopmentToken } from "./mint.ts";

interface Options {
  readonly policy?: string[];
  readonly maxBytes?: number;
  readonly key?: string;
  readonly expires: number;
  readonly json?: boolean;
}

const quantity = (parse: (text: string) => number | undefined, says: string) => (text: string) => {
  const parsed = parse(text);
  if (parsed) return parsed;
  throw new InvalidArgumentError(`Write it as ${says}.`);
};

function readUser(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("Name a user.");
}

export function addToken(program: Command): void {
  program
    .command("token")
    .description("Prints a bearer token for the development server.")
    .argument("<user>", "the user whom it is for", readUser)
    .option(
      "--policy <name>",
      "a policy that it is for; again for more",
      (name, names?: string[]) => [...(names ?? []), name],
    )
    .option(
      "--max-bytes <size>",
      "the largest file that it is for",
      quantity((text) => parseSize(/^\d+$/.test(text) ? Number(text) : text), '"5 MB"'),
    )
    .option("--key <key>", "the key that it is for, or a prefix that ends with a slash")
    .addOption(
      new Option("--expires <duration>", "how long it is good for")
        .argParser(quantity(parseDuration, '"10 min"'))
        .default(3600, "1 h"),
    )
    .option("--json", "prints the token and when it is over, as JSON")
    .action(async (user: string, { policy, maxBytes, key, expires, json }: Options) => {
      const token = await mintDevelopmentToken(user, {
        policies: policy,
        maxBytes,
        key,
        expiresInSeconds: expires,
      });
      const { exp = 0 } = decodeJwt(token);
      const expiresAt = new Date(exp * 1000).toISOString();
      process.stdout.write(json ? `${JSON.stringify({ token, expiresAt })}\n` : `${token}\n`);
    });
}
