/** `edge-presigner receipt verify`: whether a receipt is good, and what it says. */
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

interface Options {
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
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
    .option("--url <url>", "where the Worker is", "http://localhost:8787")
    .option("--issuer <issuer>", "`receipts.issuer` of the configuration", "edge-presigner")
    .option("--audience <audience>", "`receipts.audience` of the configuration", "edge-presigner")
    .action(async (receipt: string | undefined, { url, issuer, audience }: Options) => {
      const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", url));
      const expected = { issuer, audience, algorithms: ["ES256"], typ: "upload-receipt+jwt" };
      try {
        const { payload } = await jwtVerify(
          (receipt ?? (await text(process.stdin))).trim(),
          keys,
          expected,
        );
        process.stdout.write(`${JSON.stringify(payload, undefined, 2)}\n`);
      } catch (error) {
        process.stderr.write(`✘ ${reasonOf(error, url)}\n`);
        process.exitCode = 1;
      }
    });
}

function reasonOf(error: unknown, url: string): string {
  if (error instanceof errors.JWTExpired)
    return "The receipt is over: ask for a new one with complete";
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The receipt has another ${error.claim} than expected`;
  if (error instanceof errors.JOSEError) return "This is no receipt of that Worker";
  return `The keys at ${url} could not be read: is the Worker there?`;
}
