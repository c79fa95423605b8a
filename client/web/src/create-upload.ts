/** A new upload, with a checksum where the policy wants one. */
import { askTicket } from "./request-ticket.ts";
import { isWrong } from "./error.ts";
import type { Begun, Job } from "./upload-context.ts";

export async function begin(job: Job, signal: AbortSignal): Promise<Begun> {
  const { checksum } = job.options;
  let algorithm: "sha256" | "md5" = "sha256";
  if (typeof checksum === "string") algorithm = checksum;
  else {
    try {
      return await askTicket(job, signal, checksum);
    } catch (error) {
      if (checksum || !isWrong(error, "/checksum")) throw error;
    }
  }
  // Loaded where it is needed: most policies want none.
  const { beginChecked } = await import("./create-with-checksum.ts");
  return beginChecked(job, algorithm, signal);
}
