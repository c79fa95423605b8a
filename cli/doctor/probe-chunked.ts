/** Tests whether a body in chunks is stored under a ticket for another length (RFC 9112 section 6.3: chunks win over Content-Length). */
import { headObject } from "../../src/store/object.ts";
import { listParts } from "../../src/store/multipart.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { NoResponse, isAccepted, isRefused, statusOf, type Answer } from "./send-request.ts";
import { put, signOnePart, type Session } from "./session.ts";
import type { Ticket } from "../../src/operation/ticket.ts";

export const CHUNKED: Probe = { name: "chunked-body", run: tryBody };
export const CHUNKED_PART: Probe = { name: "chunked-part", run: tryPart };

/** Longer than was signed. */
const LONG = new Uint8Array(64);

const FIX =
  "put a proxy in front of the store that refuses a request with both Content-Length and Transfer-Encoding. Completion rejects the file, but only after it is stored";

async function tryBody(session: Session): Promise<readonly Finding[]> {
  const admitted = await session.admit();
  const answer = await putChunked(session, await session.sign(admitted));
  return [
    await evaluate("chunked-body", answer, async () => {
      const found = await headObject(session.locate(admitted), session.accessWith(session.reader));
      return found?.size;
    }),
  ];
}

async function tryPart(session: Session): Promise<readonly Finding[]> {
  if (session.policies.every(({ multipartFrom }) => multipartFrom === undefined)) return [];
  const admitted = await session.admitParts();
  const uploadId = await session.createUpload(admitted);
  const bytes = session.body.length;
  const answer = await putChunked(
    session,
    await signOnePart(session, admitted, { uploadId, bytes }),
  );
  return [
    await evaluate("chunked-part", answer, async () => {
      const writer = session.accessWith(session.writer);
      const listed = await listParts(session.locate(admitted), uploadId, writer);
      return listed === "not-found" ? undefined : listed?.[0]?.size;
    }),
  ];
}

/** Returns `undefined` if the connection was closed without an answer, as many proxies do. */
async function putChunked(
  session: Session,
  ticket: Pick<Ticket, "url" | "headers">,
): Promise<Answer | undefined> {
  const headers = { "content-length": String(session.body.length) };
  try {
    return await put(session, ticket, { headers, body: LONG, isChunked: true });
  } catch (error) {
    if (error instanceof NoResponse) return undefined;
    throw error;
  }
}

async function evaluate(
  name: FindingName,
  answer: Answer | undefined,
  readSize: () => Promise<number | undefined>,
): Promise<Finding> {
  if (answer && isRefused(answer)) return good(name, `refused: ${statusOf(answer)}`);
  const size = await readSize();
  const what = name === "chunked-part" ? "a part" : "a body";
  if (size === LONG.length) {
    const message = `${what} of any length is stored, if it is sent in chunks beside the signed length`;
    return { name, verdict: "bad", message, fix: FIX };
  }
  if (!answer) return good(name, "refused: the connection was closed, and nothing is stored");
  if (!isAccepted(answer) || size === undefined)
    return unknown(name, `the store answered ${statusOf(answer)}`);
  return good(name, `${what} in chunks is cut at the signed length: ${statusOf(answer)}`);
}
