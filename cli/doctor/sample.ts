/** What is sent to a policy that is tried: a type that it takes, and an extension of that type. */
import mime from "mime";
import type { ChecksumAlgorithm } from "../../src/store/checksum.ts";

interface Sample {
  readonly contentType: string;
  /** Without a dot. */
  readonly extension: string;
}

/** One for each kind of type that has files of its own. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  "*/*": { contentType: "text/plain", extension: "txt" },
  "image/*": { contentType: "image/png", extension: "png" },
  "video/*": { contentType: "video/mp4", extension: "mp4" },
  "audio/*": { contentType: "audio/mpeg", extension: "mp3" },
  "text/*": { contentType: "text/plain", extension: "txt" },
  "application/*": { contentType: "application/pdf", extension: "pdf" },
  "font/*": { contentType: "font/woff2", extension: "woff2" },
};

/** Something of the policy's first type; of a kind that is not known here, a type that nobody has. */
export function sampleOf([type = "*/*"]: readonly string[]): Sample {
  const known = SAMPLES[type];
  if (known) return known;
  const contentType = type.replace(/\*$/, "x-edge-presigner-doctor");
  return { contentType, extension: mime.getExtension(contentType) ?? "bin" };
}

/** What is sent, and its digests in base64. */
export const SAMPLE = new TextEncoder().encode("edge-presigner doctor");
export const DIGESTS: Readonly<Record<ChecksumAlgorithm, string>> = {
  md5: "d2xYtSNsfcWLhb7/cTPgaQ==",
  sha256: "dcgPokS5vkOYM7/TKmByKhEdzqloq57Tmv0DhkR+6Ac=",
  crc32: "NIHpcw==",
  crc32c: "FaYpdw==",
  crc64nvme: "jAUVvcLixVI=",
};
