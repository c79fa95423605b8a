/** Reads the rules of a bucket, and gives only advice that its store can follow. */
import { encodeKey } from "../../src/store/encode-key.ts";
import { StoreUnavailable, sendToStore } from "../../src/store/request.ts";
import { isDocument } from "../../src/store/xml.ts";
import type { Session } from "./session.ts";

type Kind = "cors" | "lifecycle";

const ROOTS = { cors: "CORSConfiguration", lifecycle: "LifecycleConfiguration" } as const;

/** The rules, `{ xml: "" }` without any, or why they are not known. */
type Rules = { readonly xml: string } | "not-supported" | "no-permission";

/** Reads the rules as the reading key. Throws `StoreUnavailable`. */
export async function readRules(session: Session, kind: Kind): Promise<Rules> {
  const { store, origin } = session;
  const location = { store, key: encodeKey(""), requestOrigin: origin };
  const request = { method: "GET", query: { [kind]: "" } } as const;
  const { status, text } = await sendToStore(location, request, session.accessWith(session.reader));
  if (status === 404) return { xml: "" };
  // Swift answers ?lifecycle with the list of the objects.
  if (status === 200) return isDocument(text, ROOTS[kind]) ? { xml: text } : "not-supported";
  return status === 501 || status === 405 ? "not-supported" : "no-permission";
}

const PRINTED = "npx edge-presigner setup prints it";
const NO_CORS =
  "the store has no CORS rules in the S3 API: set the origins and the exposed headers in its own settings (Swift: the container's X-Container-Meta-Access-Control-Allow-Origin and -Expose-Headers)";
const NO_LIFECYCLE =
  "the store has no lifecycle rules in the S3 API: abort unfinished uploads with a job of your own";

/** Returns what to do about a CORS rule. */
export async function corsFix(session: Session, fix: string): Promise<string> {
  return (await isSupported(session, "cors")) ? `${fix}: ${PRINTED}` : NO_CORS;
}

/** Returns what to do about a lifecycle rule. */
export async function lifecycleFix(session: Session, fix: string): Promise<string> {
  return (await isSupported(session, "lifecycle")) ? `${fix}: ${PRINTED}` : NO_LIFECYCLE;
}

async function isSupported(session: Session, kind: Kind): Promise<boolean> {
  // Google has rules in a format of its own, which setup prints.
  if (session.store.providerName === "gcs") return true;
  try {
    return (await readRules(session, kind)) !== "not-supported";
  } catch (error) {
    if (error instanceof StoreUnavailable) return true;
    throw error;
  }
}
