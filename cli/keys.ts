/** `edge-presigner keys`: new secrets, and the lines that set them. They are printed once, and kept nowhere. */
import { randomBytes } from "node:crypto";
import { styleText } from "node:util";
import { InvalidArgumentError, type Command } from "commander";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { parseWebhookSecrets } from "../src/config/compile-proof.ts";
import { parsePrivateKeys } from "../src/config/private-key.ts";
import { readSecret } from "../src/secret.ts";

interface Options {
  readonly rotate?: boolean;
  readonly json?: boolean;
}

const NAMES = ["UPLOAD_ID_SECRET", "RECEIPT_PRIVATE_KEY", "WEBHOOK_SECRET"] as const;
type Name = (typeof NAMES)[number];

export function addKeys(program: Command): void {
  program
    .command("keys")
    .description("Makes the secrets of the Worker, and says how to set them.")
    .argument("[name...]", `which ones: ${NAMES.join(", ")}`)
    .option(
      "--rotate",
      "reads the present values from the environment, and keeps them beside the new ones",
    )
    .option("--json", "prints names and values alone")
    .action(async (names: string[], options: Options) => {
      const wanted = names.length === 0 ? NAMES : names.map(toName);
      const make = options.rotate ? rotate : create;
      const made = await Promise.all(wanted.map(async (name) => make(name)));
      const secrets: Readonly<Record<string, string>> = made.reduce(
        (all, one) => ({ ...all, ...one }),
        {},
      );
      process.stdout.write(
        options.json ? `${JSON.stringify(secrets, undefined, 2)}\n` : describe(secrets),
      );
    });
}

function toName(text: string): Name {
  const name = NAMES.find((known) => known === text);
  if (name) return name;
  throw new InvalidArgumentError(`There is no ${text}: use ${NAMES.join(", ")}.`);
}

async function create(name: Name): Promise<Readonly<Record<string, string>>> {
  return { [name]: await MAKERS[name]() };
}

/** The new value first: what was made with the old one stays good until it is over. */
async function rotate(name: Name): Promise<Readonly<Record<string, string>>> {
  const present = readSecret(process.env, name);
  if (!present) {
    throw new InvalidArgumentError(
      `Set ${name} in the environment to its present value: it is kept beside the new one.`,
    );
  }
  const made = await MAKERS[name]();
  switch (name) {
    case "UPLOAD_ID_SECRET":
      return { UPLOAD_ID_SECRET: made, UPLOAD_ID_SECRET_PREVIOUS: present.reveal() };
    case "WEBHOOK_SECRET": {
      if (!parseWebhookSecrets(present.reveal())) throw notOurs(name);
      return { WEBHOOK_SECRET: [made, ...present.reveal().split(" ").slice(0, 1)].join(" ") };
    }
    case "RECEIPT_PRIVATE_KEY": {
      const [current] = parsePrivateKeys(present.reveal()) ?? [];
      if (!current) throw notOurs(name);
      return { RECEIPT_PRIVATE_KEY: JSON.stringify({ keys: [JSON.parse(made), current] }) };
    }
  }
}

/** The Worker would refuse it too. What it is, is not told: it may be a secret with a slip. */
function notOurs(name: Name): InvalidArgumentError {
  return new InvalidArgumentError(
    `${name} in the environment is none that the Worker takes: set it to the whole present value, as keys printed it.`,
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
      name === "WEBHOOK_SECRET" ? styleText("dim", "   # only where a webhook is configured") : "";
    return `${styleText("bold", `npx wrangler secret put ${name} --env=""`)}${note}\n${value}\n`;
  });
  const end =
    "Run each command, and paste the line below it. They are shown once, and kept nowhere.";
  return `${lines.join("\n")}\n${styleText("dim", end)}\n`;
}
