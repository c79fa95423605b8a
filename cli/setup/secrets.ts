/** The lines that set the secrets of a store, and those that the configuration needs beside them. */
import { secretsOf } from "../placeholder-secrets.ts";
import type { Advice } from "./advice.ts";
import type { Use } from "./bucket-use.ts";

/** One secret: by name, never by value. */
export interface SecretLine {
  readonly name: string;
  readonly says: string;
  readonly isOptional: boolean;
  readonly command: string;
}

const SAYS: Readonly<Record<string, string>> = {
  UPLOAD_ID_SECRET: "made by npx edge-presigner keys",
  RECEIPT_PRIVATE_KEY: "made by npx edge-presigner keys",
  WEBHOOK_SECRET: "made by npx edge-presigner keys",
};

/** The writing pair, the reading pair, and what is no store's. */
export function secretLinesOf(
  { store }: Use,
  definition: unknown,
  { isReaderOptional }: Advice,
): readonly SecretLine[] {
  const id = store.credentials.accessKeyId.name;
  const secret = store.credentials.secretAccessKey.name;
  const readerId = id.replace(/_ACCESS_KEY_ID$/, "_READ_ACCESS_KEY_ID");
  const readerSecret = secret.replace(/_SECRET_ACCESS_KEY$/, "_READ_SECRET_ACCESS_KEY");
  const others = secretsOf(definition).filter(
    (name) => !/_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/.test(name),
  );
  return [
    line(id, "the writing key's id"),
    line(secret, "the writing key"),
    { ...line(readerId, "the reading key's id"), isOptional: isReaderOptional },
    { ...line(readerSecret, "the reading key"), isOptional: isReaderOptional },
    ...others.map((name) => line(name, SAYS[name] ?? "shared with your backend")),
  ];
}

function line(name: string, says: string): SecretLine {
  return {
    name,
    says,
    isOptional: false,
    command: `npx wrangler secret put ${name} --env=""`,
  };
}
