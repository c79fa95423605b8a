/** An upload in parts that was begun before: what is remembered here, and what the store has of it. */
import { isPartsState } from "./answers.ts";
import { sliceOf, type Job, type PartsUpload } from "./upload-context.ts";

/** `undefined` where nothing is remembered of this file. */
export async function recall({ file, memory }: Job): Promise<PartsUpload | undefined> {
  const found = await memory.load();
  if (!found) return undefined;
  const { id, partSize, partCount, etags, hasDigests, expiresAt } = found;
  const digestOf = async (part: number, signal: AbortSignal) =>
    (await import("./digest.ts")).digestPart(sliceOf(file, partSize, part), signal);
  return {
    kind: "parts",
    id,
    partSize,
    partCount,
    etags: new Map(Object.entries(etags).map(([part, etag]) => [Number(part), etag])),
    tickets: new Map(),
    digestOf: hasDigests ? digestOf : undefined,
    expiresAt,
    isResumed: true,
  };
}

/** Asks which parts are there. `false` where the store cannot tell: then what is remembered counts. */
export async function learnParts(
  { ask }: Job,
  { id, etags }: PartsUpload,
  signal: AbortSignal,
): Promise<boolean> {
  const { partsListed, done } = await ask(isPartsState, `GET /v1/uploads/${id}/parts`, { signal });
  if (!partsListed) return false;
  etags.clear();
  for (const { partNumber, etag } of done) etags.set(partNumber, etag);
  return true;
}
