/** `edge-presigner smoke`: sends one file through a deployed Worker and deletes it again. */
import type { Command } from "commander";
import { printSmoke } from "./smoke/print.ts";
import { runSmoke } from "./smoke/run.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { print, printJson } from "./output.ts";
import { tokenOption } from "./token-option.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly token?: string;
  readonly policy?: string;
  readonly issuer: string;
  readonly audience: string;
  readonly json?: boolean;
}

const TOKEN_SECONDS = 300;

/** Adds the command `smoke` to the program. */
export function addSmoke(program: Command): void {
  program
    .command("smoke")
    .description("Sends one small file through a deployed Worker, reads it and deletes it.")
    .addOption(urlOption("--url <url>", "URL of the Worker"))
    .addOption(tokenOption())
    .option("--policy <name>", "policy (default: the default policy)")
    .option(
      "--issuer <issuer>",
      "expected issuer of the receipt: receipts.issuer of the configuration",
      "edge-presigner",
    )
    .option(
      "--audience <audience>",
      "expected audience of the receipt: receipts.audience of the configuration",
      "edge-presigner",
    )
    .option("--json", "print the steps as JSON")
    .action(run);
}

async function run({ url, policy, issuer, audience, json, ...options }: Options): Promise<void> {
  const token =
    options.token ?? (await mintDevelopmentToken("smoke", { expiresInSeconds: TOKEN_SECONDS }));
  const result = await runSmoke({ url, token, policy, receipts: { issuer, audience } });
  if (json) printJson(result);
  else print(printSmoke(url, result));
  if (!result.isGood) process.exitCode = 1;
}
