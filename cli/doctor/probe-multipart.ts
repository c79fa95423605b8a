/** Tests multipart uploads as the Worker runs them: create, upload, list, complete, abort. */
import { hasPlaceholder } from "../../src/key/template.ts";
import type { Admitted } from "../../src/operation/admit.ts";
import {
  abortMultipart,
  completeMultipart,
  listParts,
  type Completion,
} from "../../src/store/multipart.ts";
import { StoreUnavailable } from "../../src/store/request.ts";
import type { ObjectLocation } from "../../src/store/store.ts";
import { isRefused, isAccepted, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";
import { lifecycleFix } from "./bucket-rules.ts";
import { Inconclusive, putFirst, type Probe } from "./probe.ts";
import { put, signOnePart, type Session } from "./session.ts";

export const PARTS: readonly Probe[] = [
  { name: "multipart", run: tryMultipart },
  { name: "conditional-complete", run: tryConditional },
  { name: "abort", run: tryAbort },
];

const isUsed = ({ policies }: Session): boolean =>
  policies.some((policy) => policy.multipartFrom !== undefined);

/** Tests one multipart upload from start to end. */
async function tryMultipart(session: Session): Promise<readonly Finding[]> {
  const name = "multipart";
  if (!isUsed(session))
    return [{ name, verdict: "note", message: "no policy allows multipart uploads" }];
  try {
    return await runMultipart(session);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const fix = fixOf(error.logReason);
    return [{ name, verdict: "bad", message: error.logReason, fix }];
  }
}

/** Returns what to do if a request of a multipart upload failed. */
function fixOf(reason: string): string {
  // The store did what was asked, and answered with another document than that of AWS.
  if (/returned 2\d\d/.test(reason))
    return "do not use multipartFrom on this store: the Worker cannot read its XML";
  if (/returned (405|501)/.test(reason))
    return "do not use multipartFrom on this store: it does not support this request";
  return "allow the writing key to upload, abort and list parts: s3:PutObject, s3:AbortMultipartUpload, s3:ListMultipartUploadParts";
}

async function putPart(
  session: Session,
  admitted: Admitted,
  uploadId: string,
  bytes: number,
): Promise<Answer> {
  return put(session, await signOnePart(session, admitted, { uploadId, bytes }));
}

async function runMultipart(session: Session): Promise<readonly Finding[]> {
  const admitted = await session.admitParts();
  const location = session.locate(admitted);
  const writer = session.accessWith(session.writer);
  const uploadId = await session.createUpload(admitted);
  // The signed length is one byte shorter than the body.
  const longer = await putPart(session, admitted, uploadId, session.body.length - 1);
  const part = await putPart(session, admitted, uploadId, session.body.length);
  if (!isAccepted(part)) {
    const fix = "find out why with npx edge-presigner explain";
    return [
      { name: "multipart", verdict: "bad", message: `a part was refused: ${statusOf(part)}`, fix },
    ];
  }
  const listed = await listParts(location, uploadId, writer);
  const etag = (part.headers.get("etag") ?? "").replaceAll('"', "");
  const completion = await completeMultipart(
    location,
    { uploadId, parts: [{ partNumber: 1, etag }], headers: {} },
    writer,
  );
  if (completion === "completed") trackObject(session, location, uploadId);
  return [
    completion === "completed"
      ? good("multipart", "created, uploaded and completed")
      : {
          name: "multipart",
          verdict: "bad",
          message: `the upload was not completed: ${completion}`,
          fix: "do not use multipartFrom on this store",
        },
    evaluateLonger(longer),
    evaluateListed(listed),
  ];
}

function evaluateLonger(answer: Answer): Finding {
  if (isRefused(answer)) return good("longer-part", `refused: ${statusOf(answer)}`);
  if (!isAccepted(answer)) return unknown("longer-part", `the store answered ${statusOf(answer)}`);
  const fix =
    "use a store that checks the signed length: completion rejects the file only after it is stored";
  return {
    name: "longer-part",
    verdict: "bad",
    message: "a part that is longer than signed is stored",
    fix,
  };
}

function evaluateListed(listed: Awaited<ReturnType<typeof listParts>>): Finding {
  if (Array.isArray(listed) && listed.length === 1)
    return good("list-parts", "uploaded parts can be listed");
  if (listed === undefined) {
    const message =
      "the store cannot list parts: clients have to send the ETags when they complete";
    return { name: "list-parts", verdict: "note", message };
  }
  const fix = "do not use multipartFrom on this store: the Worker cannot see which parts are there";
  return { name: "list-parts", verdict: "bad", message: "an uploaded part is not listed", fix };
}

/** Records for the cleanup that the upload became an object. */
function trackObject({ cleanup }: Session, location: ObjectLocation, uploadId: string): void {
  cleanup.addObject(location);
  cleanup.removeUpload(uploadId);
}

/** Tests whether completion can replace an existing object. That is harmless for keys with `{id}`. */
async function tryConditional(session: Session): Promise<readonly Finding[]> {
  if (!isUsed(session)) return [];
  const admitted = await session.admitParts();
  const location = session.locate(admitted);
  await putFirst(session, await session.sign(admitted));
  const uploadId = await session.createUpload(admitted);
  const part = await putPart(session, admitted, uploadId, session.body.length);
  if (!isAccepted(part))
    throw new Inconclusive(`not tested: a part was answered with ${statusOf(part)}`);
  const etag = (part.headers.get("etag") ?? "").replaceAll('"', "");
  const completion = await completeMultipart(
    location,
    { uploadId, parts: [{ partNumber: 1, etag }], headers: { "if-none-match": "*" } },
    session.accessWith(session.writer),
  ).catch(() => "refused" as const);
  if (completion === "completed") trackObject(session, location, uploadId);
  return [evaluateConditional(session, completion)];
}

function evaluateConditional({ policies }: Session, completion: Completion | "refused"): Finding {
  const name = "conditional-complete";
  if (completion === "key-exists")
    return good(name, "completion does not replace an existing object");
  if (completion === "refused") {
    const message = "the store does not support a condition (If-None-Match) on completion";
    return { name, verdict: "note", message };
  }
  if (completion !== "completed")
    return unknown(name, `the upload was not completed: ${completion}`);
  const message = "completion replaces an existing object";
  const isHarmless = policies.every(
    ({ multipartFrom: from, template }) => from === undefined || hasPlaceholder(template, "id"),
  );
  if (isHarmless) {
    const why = "harmless, because every key of its policies has {id}";
    return { name, verdict: "note", message: `${message}: ${why}` };
  }
  const fix = "add {id} to the key of each policy with multipartFrom";
  return { name, verdict: "bad", message, fix };
}

async function tryAbort(session: Session): Promise<readonly Finding[]> {
  const name = "abort";
  if (!isUsed(session)) return [];
  const admitted = await session.admitParts();
  const uploadId = await session.createUpload(admitted);
  await abortMultipart(session.locate(admitted), uploadId, session.accessWith(session.writer));
  const part = await putPart(session, admitted, uploadId, session.body.length);
  if (isRefused(part)) return [good(name, "an aborted upload accepts no part")];
  if (!isAccepted(part)) return [unknown(name, `the store answered ${statusOf(part)}`)];
  const fix = await lifecycleFix(session, "set a lifecycle rule that aborts unfinished uploads");
  const message = "a part is stored although the upload was aborted";
  return [{ name, verdict: "bad", message, fix }];
}
