/** The options that name a user, and the path of a user's route. */
import { Option, type Command } from "commander";
import { readClaim } from "../claim-option.ts";
import { addAdminOptions, type AdminOptions } from "./ask-admin.ts";

/** Which user is meant. */
export interface UserOptions extends AdminOptions {
  readonly issuer?: string;
  readonly claim: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

/** Adds the user and its options to a command. */
export function addUserOptions(command: Command): Command {
  return addAdminOptions(
    command
      .argument("<user>", "the user's id, as tokens have it")
      .option("--issuer <issuer>", "the iss of the user's tokens, where there are several issuers")
      .addOption(
        new Option("--claim <name=value>", "a claim of the user's tokens, such as that of quotaFor")
          .argParser(readClaim)
          .default({}, "none"),
      ),
  ).option("--json", "print the answer as JSON");
}

/** Returns the path of a user's route: `rest` is empty or begins with a slash. */
export function userPath(
  user: string,
  { issuer, claim }: UserOptions,
  {
    rest = "",
    query = {},
  }: { readonly rest?: string; readonly query?: Record<string, string> } = {},
): string {
  const search = new URLSearchParams({
    ...(issuer !== undefined && { issuer }),
    ...query,
    ...Object.fromEntries(Object.entries(claim).map(([name, value]) => [`claim.${name}`, value])),
  }).toString();
  const path = `/v1/admin/users/${encodeURIComponent(user)}${rest}`;
  return search === "" ? path : `${path}?${search}`;
}
