/** A small file that the policy takes, to try tickets with. */
import type { PolicyInfo } from "../../../client/web/src/index.ts";
import { takesType } from "../policies.ts";

/** A PNG of one pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const SAMPLES = [
  ["image/png", "sample.png"],
  ["image/jpeg", "sample.jpg"],
  ["text/plain", "sample.txt"],
  ["application/pdf", "sample.pdf"],
  ["video/mp4", "sample.mp4"],
  ["audio/mpeg", "sample.mp3"],
  ["application/octet-stream", "sample.bin"],
] as const;

/** Returns the file; of the first type of the policy if it takes none of the usual ones. */
export function sampleFor(policy: PolicyInfo): File {
  const bytes = Uint8Array.from(atob(PNG), (character) => character.charCodeAt(0));
  const [type, name] = SAMPLES.find(([one]) => takesType(policy, one)) ?? [
    policy.types?.[0] ?? "application/octet-stream",
    "sample",
  ];
  return new File([bytes], name, { type });
}
