/** Whether unfinished uploads in parts are given up some day (AWS: AbortIncompleteMultipartUpload). */
import { StoreUnavailable, askStore } from "../../src/store/s3.ts";
import { good, type Finding } from "./finding.ts";
import type { Session } from "./session.ts";

export async function probeLifecycle(session: Session): Promise<readonly Finding[]> {
  if (session.policies.every((policy) => policy.multipartFromBytes === undefined)) return [];
  const name = "lifecycle";
  const location = { store: session.store, encodedKey: "", origin: session.origin };
  const request = { method: "GET", query: { lifecycle: "" } } as const;
  const mend = "set the rule that aborts unfinished uploads: npx edge-presigner setup prints it";
  try {
    const answer = await askStore(location, request, session.asking(session.reader));
    if (answer.status === 200 && answer.text.includes("<AbortIncompleteMultipartUpload>"))
      return [good(name, "unfinished uploads are aborted by a rule of the bucket")];
    if (answer.status === 404 || answer.status === 200)
      return [{ name, verdict: "bad", says: "parts of unfinished uploads stay for ever", mend }];
    const says = `the keys may not look (${answer.status}): ${mend}`;
    return [{ name, verdict: "note", says }];
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return [{ name, verdict: "unknown", says: error.message }];
  }
}
