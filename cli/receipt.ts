/** `edge-presigner receipt verify`: whether a receipt is good, and what it says. */
import { InvalidArgumentError, type Command } from "commander";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { paint } from "./output.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly issuer: string;
  readonly audience: string;
  readonly json?: boolean;
}

export function addReceipt(program: Command): void {
  program
    .command("receipt")
    .description("Receipts of uploads.")
    .command("verify")
    .description(
      "Checks a receipt with the keys that the Worker publishes, and prints what it says.",
    )
    .argument("[receipt]", "the receipt; without one it is read from standard input")
    .addOption(urlOption("--url <url>", "where the Worker is"))
    .option("--issuer <issuer>", "`receipts.issuer` of the configuration", "edge-presigner")
    .option("--audience <audience>", "`receipts.audience` of the configuration", "edge-presigner")
    .option("--json", "prints whether it is good and what it says, or why it is not, as JSON")
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
    print(json ? { isGood: true, receipt: payload } : payload);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    const reason = reasonOf(error, url);
    if (json) print({ isGood: false, reason });
    else process.stderr.write(`${paint("red", "✘")} ${reason}\n`);
    process.exitCode = 1;
  }
}

function print(document: object): void {
  process.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** A receipt has the metadata of a file, 8 KiB at the most, and little more. */
const MAX_CHARACTERS = 64 * 1024;

/** Throws where it is no receipt's length. */
async function readReceipt(): Promise<string> {
  let read = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) {
    read += String(chunk);
    if (read.length > MAX_CHARACTERS)
      throw new InvalidArgumentError("This is longer than a receipt.");
  }
  return read;
}

function reasonOf(error: unknown, url: URL): string {
  if (error instanceof errors.JWTExpired)
    return "The receipt is over: ask for a new one with complete";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The receipt has another ${error.claim} than expected`;
  // What jose says of the keys' own answer is of no kind of its own.
  const isOfKeys =
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (error instanceof errors.JOSEError && error.code === errors.JOSEError.code);
  if (error instanceof errors.JOSEError && !isOfKeys) return "This is no receipt of that Worker";
  return `The keys at ${url.origin} could not be read: is the Worker there?`;
}
