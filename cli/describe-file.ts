/** A file on disk, as a request for a ticket describes it. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { InvalidArgumentError } from "commander";
import mime from "mime";

export interface DescribedFile {
  readonly filename: string;
  /** By the extension of its name. */
  readonly contentType: string;
  readonly size: number;
}

/** The checksums that Node.js itself can make. */
export const FILE_CHECKSUMS = ["sha256", "md5"] as const;
export type FileChecksum = (typeof FILE_CHECKSUMS)[number];

/** Throws where there is no such file. */
export async function describeFile(path: string): Promise<DescribedFile> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new InvalidArgumentError(`There is no file ${path}.`);
  const filename = basename(path).normalize("NFC");
  return { filename, contentType: typeOf(filename), size: found.size };
}

/** What the name says, or the type of bytes that nobody knows. */
export function typeOf(filename: string): string {
  return mime.getType(filename) ?? "application/octet-stream";
}

/** The digest of the file, in base64. */
export async function digestFile(
  path: string,
  algorithm: FileChecksum,
): Promise<{ readonly algorithm: FileChecksum; readonly value: string }> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return { algorithm, value: hash.digest("base64") };
}
