/** Lists the secrets of a store and of the configuration, with the commands that set them. */
import { SCANNER_SECRET_NAME } from "../../src/config/quarantine-schema.ts";
import { requiredSecretsOf } from "../placeholder-secrets.ts";
import type { StoredSecrets } from "../read-deployments.ts";
import { commandThatSets } from "../secret-command.ts";
import type { Advice } from "./advice.ts";
import type { BucketUse } from "./bucket-use.ts";

/** A secret by name, without its value. */
export interface SecretLine {
  readonly name: string;
  readonly description: string;
  readonly isOptional: boolean;
  readonly command: string;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  UPLOAD_ID_SECRET: "generate it with npx edge-presigner keys",
  RECEIPT_PRIVATE_KEY: "generate it with npx edge-presigner keys",
  WEBHOOK_SECRET: "generate it with npx edge-presigner keys",
  AUDIT_SECRET: "generate it with npx edge-presigner keys AUDIT_SECRET",
};

/** Returns the secrets of the writing key, the reading key and the configuration. */
export function secretLinesOf(
  { store }: BucketUse,
  definition: unknown,
  {
    advice: { isReaderOptional },
    stored,
  }: { readonly advice: Advice; readonly stored: StoredSecrets },
): readonly SecretLine[] {
  const line = (name: string, description: string): SecretLine => ({
    name,
    description,
    isOptional: false,
    command: commandThatSets(name, stored[name]),
  });
  const id = store.credentials.accessKeyId.name;
  const secret = store.credentials.secretAccessKey.name;
  const readerId = id.replace(/_ACCESS_KEY_ID$/, "_READ_ACCESS_KEY_ID");
  const readerSecret = secret.replace(/_SECRET_ACCESS_KEY$/, "_READ_SECRET_ACCESS_KEY");
  const required = requiredSecretsOf(definition);
  const reading = [
    line(readerId, "reading key: access key id"),
    line(readerSecret, "reading key: secret access key"),
  ];
  const others = required.filter((name) => !/_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(name));
  // Only with a policy that gives credentials.
  const parent = [
    id.replace(/_ACCESS_KEY_ID$/, "_SCOPED_ACCESS_KEY_ID"),
    secret.replace(/_SECRET_ACCESS_KEY$/, "_SCOPED_SECRET_ACCESS_KEY"),
  ].filter((name) => required.includes(name));
  return [
    line(id, "writing key: access key id"),
    line(secret, "writing key: secret access key"),
    ...reading.map((one) => ({
      ...one,
      // Required by policies with quarantine.
      isOptional: isReaderOptional && !required.includes(one.name),
    })),
    ...parent.map((name) =>
      line(name, "parent of credentials for one prefix: docs/credentials.md"),
    ),
    ...others.map((name) => line(name, describe(name))),
  ];
}

function describe(name: string): string {
  if (SCANNER_SECRET_NAME.test(name))
    return `shared with the scanner; generate it with npx edge-presigner keys ${name}`;
  return DESCRIPTIONS[name] ?? "shared with your backend";
}
