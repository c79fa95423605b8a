/** Describes a file on disk for a ticket request: name, type, size and checksum. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { InvalidArgumentError } from "commander";
import mime from "mime";

export interface DescribedFile {
  readonly filename: string;
  /** Guessed from the extension of its name. */
  readonly contentType: string;
  readonly size: number;
}

/** The checksums that Node.js can compute. */
export const FILE_CHECKSUMS = ["sha256", "md5"] as const;
export type FileChecksum = (typeof FILE_CHECKSUMS)[number];

/** Returns the name, type and size of a file. Throws `InvalidArgumentError` if there is no such file. */
export async function describeFile(path: string): Promise<DescribedFile> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new InvalidArgumentError(`Cannot find the file ${path}.`);
  const filename = basename(path).normalize("NFC");
  return { filename, contentType: typeOf(filename), size: found.size };
}

/** Returns the content type for a file name, or `application/octet-stream`. */
export function typeOf(filename: string): string {
  return mime.getType(filename) ?? "application/octet-stream";
}

/** Returns the checksum of a file in base64. */
export async function digestFile(
  path: string,
  algorithm: FileChecksum,
): Promise<{ readonly algorithm: FileChecksum; readonly value: string }> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return { algorithm, value: hash.digest("base64") };
}
