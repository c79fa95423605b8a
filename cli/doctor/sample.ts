/** Chooses the sample file for a policy: a content type that it allows, and an extension of that type. */
import { randomBytes } from "node:crypto";
import mime from "mime";
import { signatureOf } from "../../src/content/signatures.ts";
import type { ChecksumAlgorithm } from "../../src/store/checksum.ts";

interface Sample {
  readonly contentType: string;
  /** Without a dot. */
  readonly extension: string;
}

/** A sample for each wildcard type. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  "*/*": { contentType: "text/plain", extension: "txt" },
  "image/*": { contentType: "image/png", extension: "png" },
  "video/*": { contentType: "video/mp4", extension: "mp4" },
  "audio/*": { contentType: "audio/mpeg", extension: "mp3" },
  "text/*": { contentType: "text/plain", extension: "txt" },
  "application/*": { contentType: "application/pdf", extension: "pdf" },
  "font/*": { contentType: "font/woff2", extension: "woff2" },
};

/** Returns a sample of the policy's first type. For an unknown wildcard type the subtype is made up. */
export function sampleOf([type = "*/*"]: readonly string[]): Sample {
  const known = SAMPLES[type];
  if (known) return known;
  const contentType = type.replace(/\*$/, "x-edge-presigner-doctor");
  return { contentType, extension: mime.getExtension(contentType) ?? "bin" };
}

/** Returns a file of so many bytes: the first ones of its type, which quarantine looks at, and random text. */
export function sampleFile(contentType: string, size: number): Uint8Array<ArrayBuffer> {
  const { kind = "text", starts = [] } = signatureOf(contentType) ?? {};
  // Where any text will do, a digit starts JSON too.
  const [start = kind === "svg" ? "<svg/>" : "0"] = starts;
  const text = randomBytes(Math.ceil(size / 2)).toString("hex");
  return Uint8Array.from(Buffer.from((start + text).slice(0, size), "latin1"));
}

/** The body of the sample, and its checksums in base64. */
export const SAMPLE = new TextEncoder().encode("edge-presigner doctor");
export const DIGESTS: Readonly<Record<ChecksumAlgorithm, string>> = {
  md5: "d2xYtSNsfcWLhb7/cTPgaQ==",
  sha256: "dcgPokS5vkOYM7/TKmByKhEdzqloq57Tmv0DhkR+6Ac=",
  crc32: "NIHpcw==",
  crc32c: "FaYpdw==",
  crc64nvme: "jAUVvcLixVI=",
};
