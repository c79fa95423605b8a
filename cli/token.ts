/** `edge-presigner token`: prints a bearer token for the development server. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { decodeJwt } from "jose";
import { parseDuration, parseSize } from "../src/config/units.ts";
import { ACTIONS, type Action } from "../src/grant/token-scope.ts";
import { readClaim, type ClaimOptions } from "./claim-option.ts";
import { mintDevelopmentAdminToken, mintDevelopmentToken } from "./mint.ts";
import { print } from "./output.ts";

interface Options {
  readonly policy?: string[];
  readonly maxBytes?: number;
  readonly key?: string;
  readonly actions?: readonly Action[];
  readonly claim: ClaimOptions;
  readonly expires: number;
  readonly admin?: boolean;
  readonly json?: boolean;
}

const quantity =
  (parse: (text: string) => number | undefined, example: string) => (text: string) => {
    const parsed = parse(text);
    if (parsed) return parsed;
    throw new InvalidArgumentError(`Use a value such as ${example}.`);
  };

function readUser(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("The user cannot be empty.");
}

function readActions(text: string): readonly Action[] {
  return text.split(",").map((name) => {
    const action = ACTIONS.find((one) => one === name);
    if (action) return action;
    throw new InvalidArgumentError(`Use some of ${ACTIONS.join(",")}.`);
  });
}

/** Adds the command `token` to the program. */
export function addToken(program: Command): void {
  program
    .command("token")
    .description("Prints a bearer token for the development server.")
    .argument("<user>", "user id: the sub of the token", readUser)
    .option(
      "--policy <name>",
      "restrict the token to this policy; can be repeated",
      (name, names?: string[]) => [...(names ?? []), name],
    )
    .option(
      "--max-bytes <size>",
      'restrict the token to files of this size, such as "5 MB"',
      quantity((text) => parseSize(/^\d+$/.test(text) ? Number(text) : text), '"5 MB"'),
    )
    .option("--key <key>", "restrict the token to this key, or to a prefix that ends with a slash")
    .option(
      "--actions <list>",
      `restrict the token to these actions: some of ${ACTIONS.join(",")}`,
      readActions,
    )
    .addOption(
      new Option("--claim <name=value>", "add a claim, a text; can be repeated")
        .argParser(readClaim)
        .default({}, "none"),
    )
    .addOption(
      new Option("--expires <duration>", "lifetime of the token")
        .argParser(quantity(parseDuration, '"10 min"'))
        .default(3600, "1 h"),
    )
    .addOption(
      new Option("--admin", "a token for /v1/admin, which has no restrictions").conflicts([
        "policy",
        "maxBytes",
        "key",
        "actions",
        "claim",
      ]),
    )
    .option("--json", "print the token and its expiry as JSON")
    .action(async (user: string, { expires, admin, json, ...options }: Options) => {
      const token = admin
        ? await mintDevelopmentAdminToken(user, expires)
        : await mintDevelopmentToken(user, {
            policies: options.policy,
            maxBytes: options.maxBytes,
            key: options.key,
            actions: options.actions,
            claims: options.claim,
            expiresInSeconds: expires,
          });
      const { exp = 0 } = decodeJwt(token);
      const expiresAt = new Date(exp * 1000).toISOString();
      print(json ? `${JSON.stringify({ token, expiresAt })}\n` : `${token}\n`);
    });
}
