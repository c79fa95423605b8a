/** A ticket of AWS's as an example, and errors as stores write them. */
import { escapeXml } from "../../../src/store/xml.ts";
import { signWithSdk } from "./run-explain.ts";

export const ORIGIN = "https://media.s3.eu-central-1.amazonaws.com";
export const PATH = "/users/alice/a%20b%2Bc.png";
export const HEADERS = {
  "content-type": "image/png",
  "if-none-match": "*",
  "content-length": "12",
};
export const KEY = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "an-example-secret",
  region: "eu-central-1",
  now: new Date("2026-11-22T07:00:00Z"),
};
/** A minute after the ticket was given. */
export const FLAGS = ["--now", "2026-11-22T07:01:00Z"];

export type ExampleTicket = Awaited<ReturnType<typeof signWithSdk>>;

export async function signExample(): Promise<ExampleTicket> {
  return signWithSdk(ORIGIN, PATH, HEADERS, KEY);
}

export function errorOf(fields: Readonly<Record<string, string>>): string {
  const elements = Object.entries(fields).map(
    ([name, text]) => `<${name}>${escapeXml(text)}</${name}>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements.join("")}</Error>`;
}

/** MinIO and R2 answer with code and message, and with no canonical request. */
export const MISMATCH = {
  Code: "SignatureDoesNotMatch",
  Message:
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
};
export const MINIO = errorOf({
  ...MISMATCH,
  Key: "users/alice/a b+c.png",
  BucketName: "media",
  Resource: "/media/users/alice/a b+c.png",
  RequestId: "17A",
  HostId: "dd9",
});
