/** `edge-presigner keys`: generates secrets and prints the commands that set them. They are not stored. */
import { randomBytes } from "node:crypto";
import { styleText } from "node:util";
import { InvalidArgumentError, type Command } from "commander";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { parseWebhookSecrets } from "../src/config/compile-proof.ts";
import { SCANNER_SECRET_NAME } from "../src/config/quarantine-schema.ts";
import { parsePrivateKeys } from "../src/config/private-key.ts";
import { readSecret } from "../src/secret.ts";
import { print, printJson } from "./output.ts";
import { readStoredSecrets, type StoredSecrets } from "./read-deployments.ts";
import { commandThatSets } from "./secret-command.ts";

interface Options {
  readonly rotate?: boolean;
  readonly json?: boolean;
}

/** Those that are made if none is named. */
const NAMES = ["UPLOAD_ID_SECRET", "RECEIPT_PRIVATE_KEY", "WEBHOOK_SECRET"] as const;
type Kind = (typeof NAMES)[number] | "AUDIT_SECRET" | "SCANNER_SECRET";

interface Secret {
  readonly name: string;
  readonly kind: Kind;
}

const ALL: readonly Secret[] = NAMES.map((name) => ({ name, kind: name }));
const AUDIT: Secret = { name: "AUDIT_SECRET", kind: "AUDIT_SECRET" };

/** Adds the command `keys` to the program. */
export function addKeys(program: Command): void {
  program
    .command("keys")
    .description("Generates the secrets of the Worker and prints the commands that set them.")
    .argument(
      "[name...]",
      `secrets to generate: AUDIT_SECRET, SCANNER_SECRET, or of ${NAMES.join(", ")} (default: these)`,
    )
    .option(
      "--rotate",
      "keep the current values, read from the environment, valid beside the new ones",
    )
    .option("--json", "print only names and values, as JSON for wrangler secret bulk")
    .action(async (names: string[], options: Options) => {
      const stored = await readStoredSecrets(process.cwd());
      if (!stored) return;
      const wanted = names.length === 0 ? ALL : names.map(toSecret);
      const make = options.rotate ? rotate : create;
      const made = await Promise.all(wanted.map(async (secret) => make(secret)));
      const secrets: Readonly<Record<string, string>> = made.reduce(
        (all, one) => ({ ...all, ...one }),
        {},
      );
      if (options.json) printJson(secrets);
      else print(describe(secrets, options.rotate ? renew(stored) : stored));
    });
}

/** The secrets of scanners have the names that the configuration gives them. */
function toSecret(text: string): Secret {
  if (SCANNER_SECRET_NAME.test(text)) return { name: text, kind: "SCANNER_SECRET" };
  const secret = [...ALL, AUDIT].find(({ name }) => name === text);
  if (secret) return secret;
  throw new InvalidArgumentError(
    `There is no secret ${text}. Use ${NAMES.join(", ")}, AUDIT_SECRET or SCANNER_SECRET.`,
  );
}

async function create({ name, kind }: Secret): Promise<Readonly<Record<string, string>>> {
  return { [name]: await MAKERS[kind]() };
}

/** Returns the new value beside the current one, so that what was made with the current one stays valid until it expires. */
async function rotate({ name, kind }: Secret): Promise<Readonly<Record<string, string>>> {
  const present = readSecret(process.env, name);
  if (!present) {
    throw new InvalidArgumentError(
      `Set ${name} in the environment to its current value: --rotate keeps it beside the new one.`,
    );
  }
  const made = await MAKERS[kind]();
  switch (kind) {
    case "UPLOAD_ID_SECRET":
      // In the order in which they are set: after each one, every id that is out still opens.
      return {
        UPLOAD_ID_SECRET_ROTATED_AT: rotatedAt(),
        UPLOAD_ID_SECRET_PREVIOUS: present.reveal(),
        UPLOAD_ID_SECRET: made,
      };
    case "WEBHOOK_SECRET":
    case "AUDIT_SECRET":
    case "SCANNER_SECRET": {
      if (!parseWebhookSecrets(present.reveal())) throw invalidSecret(name);
      return { [name]: [made, ...present.reveal().split(" ").slice(0, 1)].join(" ") };
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
function invalidSecret(name: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `${name} in the environment is not valid: set it to the complete current value, as keys printed it.`,
  );
}

const makeSigningSecret = async () => `whsec_${randomBytes(32).toString("base64")}`;

const MAKERS: Readonly<Record<Kind, () => Promise<string>>> = {
  UPLOAD_ID_SECRET: async () => randomBytes(48).toString("base64url"),
  WEBHOOK_SECRET: makeSigningSecret,
  AUDIT_SECRET: makeSigningSecret,
  SCANNER_SECRET: makeSigningSecret,
  RECEIPT_PRIVATE_KEY: async () => {
    const { privateKey } = await generateKeyPair("ES256", { extractable: true });
    const key: JWK = await exportJWK(privateKey);
    return JSON.stringify({
      ...key,
      kid: `${new Date().toISOString().slice(0, 10)}-${randomBytes(3).toString("hex")}`,
    });
  },
};

/** A value is not replaced in the Secrets Store, where running isolates would go on with the old one: a new name is. */
function renew(stored: StoredSecrets): StoredSecrets {
  const day = new Date().toISOString().slice(0, 10);
  return Object.fromEntries(
    Object.entries(stored).map(([name, { storeId, secretName }]) => [
      name,
      { storeId, secretName: `${secretName}-${day}` },
    ]),
  );
}

function describe(secrets: Readonly<Record<string, string>>, stored: StoredSecrets): string {
  const lines = Object.entries(secrets).map(([name, value]) => {
    const note =
      name === "WEBHOOK_SECRET" ? styleText("dim", "   # only if a webhook is configured") : "";
    return `${styleText("bold", commandThatSets(name, stored[name]))}${note}\n${value}\n`;
  });
  const end =
    "Run each command in this order, and paste the line below it. The values are not stored: they are shown only once.";
  const ends = Object.keys(secrets).some((name) => name in stored) ? [end, DEPLOY] : [end];
  return `${lines.join("\n")}\n${ends.map((text) => styleText("dim", text)).join("\n")}\n`;
}

const DEPLOY =
  "For those of the Secrets Store, the last step is npx edge-presigner deploy, with each name as the secret_name of its binding in wrangler.toml.";
