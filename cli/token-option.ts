import { Option } from "commander";

/** Returns `--token`, of a command that can mint a token for the development server. */
export function tokenOption(meaning = "bearer token"): Option {
  const description = `${meaning} (default: a token of the development server)`;
  return new Option("--token <token>", description).env("TOKEN");
}
