/** `edge-presigner receipt verify`: verifies a receipt and prints its claims. */
import { InvalidArgumentError, type Command } from "commander";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { paint, printError, printJson } from "./output.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly issuer: string;
  readonly audience: string;
  readonly json?: boolean;
}

/** Adds the command `receipt` to the program. */
export function addReceipt(program: Command): void {
  program
    .command("receipt")
    .description("Works with the receipts of uploads.")
    .command("verify")
    .description("Verifies a receipt with the published keys of the Worker and prints its claims.")
    .argument("[receipt]", "the receipt (default: read from standard input)")
    .addOption(urlOption("--url <url>", "URL of the Worker"))
    .option(
      "--issuer <issuer>",
      "expected issuer: receipts.issuer of the configuration",
      "edge-presigner",
    )
    .option(
      "--audience <audience>",
      "expected audience: receipts.audience of the configuration",
      "edge-presigner",
    )
    .option("--json", "print the result, and the claims or the reason, as JSON")
    .action(run);
}

async function run(
  receipt: string | undefined,
  { url, issuer, audience, json }: Options,
): Promise<void> {
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", url));
  const expected = { issuer, audience, algorithms: ["ES256"], typ: "upload-receipt+jwt" };
  try {
    const given = (receipt ?? (await readReceipt())).trim();
    const { payload } = await jwtVerify(given, keys, expected);
    printJson(json ? { isGood: true, receipt: payload } : payload);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    const reason = reasonOf(error, url);
    if (json) printJson({ isGood: false, reason });
    else printError(`${paint("red", "✘")} ${reason}\n`);
    process.exitCode = 1;
  }
}

/** A receipt is little more than the metadata of a file, which has at most 8 KiB. */
const MAX_CHARACTERS = 64 * 1024;

/** Returns standard input. Throws `InvalidArgumentError` if it is longer than any receipt. */
async function readReceipt(): Promise<string> {
  let read = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    read += String(chunk);
    if (read.length > MAX_CHARACTERS)
      throw new InvalidArgumentError(
        "The input is longer than a receipt: pass the value of the field receipt alone.",
      );
  }
  return read;
}

function reasonOf(error: unknown, url: URL): string {
  if (error instanceof errors.JWTExpired)
    return "The receipt has expired: call complete again for a new one";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The claim ${error.claim} of the receipt is not the expected one: compare --issuer and --audience with the configuration`;
  // jose has no class of its own for a key set that cannot be fetched.
  const isKeySetError =
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (error instanceof errors.JOSEError && error.code === errors.JOSEError.code);
  if (error instanceof errors.JOSEError && !isKeySetError)
    return "The receipt is not valid: it was changed, cut off or signed by another Worker";
  return `Cannot read the keys at ${url.origin}: check --url, and that the Worker is running`;
}
