/** What is sent to a policy that is tried: a type that it takes, and a name of that type. */
import mime from "mime";
import type { ChecksumAlgorithm } from "../../src/store/checksum.ts";

/** One for each kind of type that a policy can name. */
const SAMPLES: Readonly<Record<string, readonly [type: string, filename: string]>> = {
  "*/*": ["text/plain", "doctor.txt"],
  "image/*": ["image/png", "doctor.png"],
  "video/*": ["video/mp4", "doctor.mp4"],
  "audio/*": ["audio/mpeg", "doctor.mp3"],
  "text/*": ["text/plain", "doctor.txt"],
  "application/*": ["application/pdf", "doctor.pdf"],
  "font/*": ["font/woff2", "doctor.woff2"],
};
/** `undefined` where the policy names kinds of types that are not known here. */
export function sampleOf(
  types: readonly string[],
): readonly [type: string, filename?: string] | undefined {
  const [type] = types;
  if (type === undefined) return undefined;
  if (type.endsWith("/*")) return SAMPLES[type];
  const extension = mime.getExtension(type);
  return extension === null ? [type] : [type, `doctor.${extension}`];
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
