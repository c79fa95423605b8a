/** Uploads in parts, as the Worker drives them: begun, sent, listed, put together, given up. */
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
import { isRefused, isTaken, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";
import { Unproven, putFirst, type Probe } from "./probe.ts";
import { put, signOnePart, type Session } from "./session.ts";

export const PARTS: readonly Probe[] = [
  { name: "multipart", run: tryWhole },
  { name: "conditional-complete", run: tryConditional },
  { name: "abort", run: tryAbort },
];

const isUsed = ({ policies }: Session): boolean =>
  policies.some((policy) => policy.multipartFrom !== undefined);

/** Where this fails, it is the first line of its group that says so. */
async function tryWhole(session: Session): Promise<readonly Finding[]> {
  const name = "multipart";
  if (!isUsed(session)) return [{ name, verdict: "note", says: "no policy sends files in parts" }];
  try {
    return await sendWhole(session);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const mend =
      "let the writing key put, abort and list parts: s3:PutObject, s3:AbortMultipartUpload, s3:ListMultipartUploadParts";
    return [{ name, verdict: "bad", says: error.logReason, mend }];
  }
}

async function putPart(
  session: Session,
  admitted: Admitted,
  uploadId: string,
  bytes: number,
): Promise<Answer> {
  return put(session, await signOnePart(session, admitted, { uploadId, bytes }));
}

async function sendWhole(session: Session): Promise<readonly Finding[]> {
  const admitted = await session.admit();
  const location = session.locate(admitted);
  const writer = session.asking(session.writer);
  const uploadId = await session.begin(admitted);
  // The body is one byte longer than what is signed.
  const longer = await putPart(session, admitted, uploadId, session.body.length - 1);
  const part = await putPart(session, admitted, uploadId, session.body.length);
  if (!isTaken(part)) {
    const mend = "npx edge-presigner explain tells what a refusal is about";
    return [
      { name: "multipart", verdict: "bad", says: `a part was refused: ${statusOf(part)}`, mend },
    ];
  }
  const listed = await listParts(location, uploadId, writer);
  const etag = (part.headers.get("etag") ?? "").replaceAll('"', "");
  const completion = await completeMultipart(
    location,
    { uploadId, parts: [{ partNumber: 1, etag }], headers: {} },
    writer,
  );
  if (completion === "completed") settle(session, location, uploadId);
  return [
    completion === "completed"
      ? good("multipart", "begun, sent and put together")
      : {
          name: "multipart",
          verdict: "bad",
          says: `the parts were not put together: ${completion}`,
          mend: "do not use multipartFrom on this store",
        },
    judgeLonger(longer),
    judgeListed(listed),
  ];
}

function judgeLonger(answer: Answer): Finding {
  if (isRefused(answer)) return good("longer-part", `refused: ${statusOf(answer)}`);
  if (!isTaken(answer)) return unknown("longer-part", `the store answered ${statusOf(answer)}`);
  const mend =
    "completion rejects the file, but only afterwards: use a store that checks the signed length";
  return {
    name: "longer-part",
    verdict: "bad",
    says: "a longer part than was signed is stored",
    mend,
  };
}

function judgeListed(listed: Awaited<ReturnType<typeof listParts>>): Finding {
  if (Array.isArray(listed) && listed.length === 1)
    return good("list-parts", "the parts that are there can be listed");
  if (listed === undefined) {
    const says = "the store cannot list parts: clients name their ETags when they complete";
    return { name: "list-parts", verdict: "note", says };
  }
  const mend = "do not use multipartFrom on this store: what arrived cannot be told";
  return { name: "list-parts", verdict: "bad", says: "a part that was sent is not listed", mend };
}

/** It is an object now, and no upload any more. */
function settle({ leftovers }: Session, location: ObjectLocation, uploadId: string): void {
  leftovers.addObject(location);
  leftovers.dropUpload(uploadId);
}

/** Completion over an object that is there: harmless under keys with an id of their own. */
async function tryConditional(session: Session): Promise<readonly Finding[]> {
  if (!isUsed(session)) return [];
  const admitted = await session.admit();
  const location = session.locate(admitted);
  await putFirst(session, await session.sign(admitted));
  const uploadId = await session.begin(admitted);
  const part = await putPart(session, admitted, uploadId, session.body.length);
  if (!isTaken(part)) throw new Unproven(`not tried: a part was answered ${statusOf(part)}`);
  const etag = (part.headers.get("etag") ?? "").replaceAll('"', "");
  const completion = await completeMultipart(
    location,
    { uploadId, parts: [{ partNumber: 1, etag }], headers: { "if-none-match": "*" } },
    session.asking(session.writer),
  ).catch(() => "refused" as const);
  if (completion === "completed") settle(session, location, uploadId);
  return [judgeConditional(session, completion)];
}

function judgeConditional({ policies }: Session, completion: Completion | "refused"): Finding {
  const name = "conditional-complete";
  if (completion === "key-exists") return good(name, "parts do not replace an object");
  if (completion === "refused") {
    const says = "the store takes no condition when parts are put together";
    return { name, verdict: "note", says };
  }
  if (completion !== "completed")
    return unknown(name, `the parts were not put together: ${completion}`);
  const says = "parts replace an object that is there";
  const isHarmless = policies.every(
    ({ multipartFrom: from, template }) => from === undefined || hasPlaceholder(template, "id"),
  );
  if (isHarmless) {
    const why = "every key of its policies has {id}, so none is";
    return { name, verdict: "note", says: `${says}: ${why}` };
  }
  const mend = "put {id} into the key of each policy with multipartFrom";
  return { name, verdict: "bad", says, mend };
}

async function tryAbort(session: Session): Promise<readonly Finding[]> {
  const name = "abort";
  if (!isUsed(session)) return [];
  const admitted = await session.admit();
  const uploadId = await session.begin(admitted);
  await abortMultipart(session.locate(admitted), uploadId, session.asking(session.writer));
  const part = await putPart(session, admitted, uploadId, session.body.length);
  if (isRefused(part)) return [good(name, "an upload that was given up takes no part")];
  if (!isTaken(part)) return [unknown(name, `the store answered ${statusOf(part)}`)];
  const mend = "set a lifecycle rule that aborts unfinished uploads: npx edge-presigner setup";
  const says = "a part is stored after the upload was aborted";
  return [{ name, verdict: "bad", says, mend }];
}
