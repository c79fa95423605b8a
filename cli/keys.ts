/** `edge-presigner keys`: generates secrets and prints the commands that set them. They are not stored. */
import { randomBytes } from "node:crypto";
import { styleText } from "node:util";
import { InvalidArgumentError, type Command } from "commander";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { parseWebhookSecrets } from "../src/config/compile-proof.ts";
import { parsePrivateKeys } from "../src/config/private-key.ts";
import { readSecret } from "../src/secret.ts";
import { print, printJson } from "./output.ts";

interface Options {
  readonly rotate?: boolean;
  readonly json?: boolean;
}

const NAMES = ["UPLOAD_ID_SECRET", "RECEIPT_PRIVATE_KEY", "WEBHOOK_SECRET"] as const;
type Name = (typeof NAMES)[number];

/** Adds the command `keys` to the program. */
export function addKeys(program: Command): void {
  program
    .command("keys")
    .description("Generates the secrets of the Worker and prints the commands that set them.")
    .argument("[name...]", `secrets to generate, of ${NAMES.join(", ")} (default: all)`)
    .option(
      "--rotate",
      "keep the current values, read from the environment, valid beside the new ones",
    )
    .option("--json", "print only names and values, as JSON for wrangler secret bulk")
    .action(async (names: string[], options: Options) => {
      const wanted = names.length === 0 ? NAMES : names.map(toName);
      const make = options.rotate ? rotate : create;
      const made = await Promise.all(wanted.map(async (name) => make(name)));
      const secrets: Readonly<Record<string, string>> = made.reduce(
        (all, one) => ({ ...all, ...one }),
        {},
      );
      if (options.json) printJson(secrets);
      else print(describe(secrets));
    });
}

function toName(text: string): Name {
  const name = NAMES.find((known) => known === text);
  if (name) return name;
  throw new InvalidArgumentError(`There is no secret ${text}. Use ${NAMES.join(", ")}.`);
}

async function create(name: Name): Promise<Readonly<Record<string, string>>> {
  return { [name]: await MAKERS[name]() };
}

/** Returns the new value beside the current one, so that what was made with the current one stays valid until it expires. */
async function rotate(name: Name): Promise<Readonly<Record<string, string>>> {
  const present = readSecret(process.env, name);
  if (!present) {
    throw new InvalidArgumentError(
      `Set ${name} in the environment to its current value: --rotate keeps it beside the new one.`,
    );
  }
  const made = await MAKERS[name]();
  switch (name) {
    case "UPLOAD_ID_SECRET":
      // In the order in which they are set: after each one, every id that is out still opens.
      return {
        UPLOAD_ID_SECRET_ROTATED_AT: rotatedAt(),
        UPLOAD_ID_SECRET_PREVIOUS: present.reveal(),
        UPLOAD_ID_SECRET: made,
      };
    case "WEBHOOK_SECRET": {
      if (!parseWebhookSecrets(present.reveal())) throw invalidSecret(name);
      return { WEBHOOK_SECRET: [made, ...present.reveal().split(" ").slice(0, 1)].join(" ") };
    }
    case "RECEIPT_PRIVATE_KEY": {
      const [current] = parsePrivateKeys(present.reveal()) ?? [];
      if (!current) throw invalidSecret(name);
      return { RECEIPT_PRIVATE_KEY: JSON.stringify({ keys: [JSON.parse(made), current] }) };
    }
  }
}

/** Returns a time in an hour: until the last command has run, the present secret goes on sealing ids. */
function rotatedAt(): string {
  return new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d{3}/, "");
}

/** Returns the error for a current value that the Worker would refuse. It does not print the value, which may be a mistyped secret. */
function invalidSecret(name: Name): InvalidArgumentError {
  return new InvalidArgumentError(
    `${name} in the environment is not valid: set it to the complete current value, as keys printed it.`,
  );
}

const MAKERS: Readonly<Record<Name, () => Promise<string>>> = {
  UPLOAD_ID_SECRET: async () => randomBytes(48).toString("base64url"),
  WEBHOOK_SECRET: async () => `whsec_${randomBytes(32).toString("base64")}`,
  RECEIPT_PRIVATE_KEY: async () => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const key: JWK = await exportJWK(privateKey);
    return JSON.stringify({
      ...key,
      kid: `${new Date().toISOString().slice(0, 10)}-${randomBytes(3).toString("hex")}`,
    });
  },
};

function describe(secrets: Readonly<Record<string, string>>): string {
  const lines = Object.entries(secrets).map(([name, value]) => {
    const note =
      name === "WEBHOOK_SECRET" ? styleText("dim", "   # only if a webhook is configured") : "";
    return `${styleText("bold", `npx wrangler secret put ${name} --env=""`)}${note}\n${value}\n`;
  });
  const end =
    "Run each command in this order, and paste the line below it. The values are not stored: they are shown only once.";
  return `${lines.join("\n")}\n${styleText("dim", end)}\n`;
}
