/** An upload as Uppy asks for it, granted as every other is. */
import { findPolicy } from "../../grant/authorize.ts";
import { createUpload, type Asked, type GrantedUpload } from "../../operation/create.ts";
import { Problem, invalidRequest } from "../../problem.ts";
import type { UppyUpload } from "./request.ts";

interface Created {
  readonly granted: GrantedUpload;
  readonly id: string;
}

/** Throws what `createUpload` does, in words that a page can follow. */
export async function createForUppy(
  asked: Asked,
  upload: UppyUpload,
  how: "single" | "parts",
): Promise<Created> {
  const { service, caller } = asked;
  const { meta, partSize, ...intent } = upload;
  const { metadata: names } = findPolicy(service.config, caller, intent.policy);
  const metadata = chooseMetadata(meta, names);
  const inParts = how === "parts" ? { multipart: true, partSize } : { multipart: false };
  try {
    // Uppy asks for each part when it is its turn.
    const granted = await createUpload(
      { ...asked, window: 0 },
      { ...intent, metadata, ...inParts },
    );
    return { granted, id: await service.uploadIds.seal(granted.claims) };
  } catch (error) {
    if (!(error instanceof Problem && error.code === "size-required")) throw error;
    const detail =
      "Tell the size before the upload: uppy.setFileMeta(file.id, { size: file.size })";
    throw new Problem("size-required", detail, { cause: error });
  }
}

/** Uppy sends every field that it has: what the policy has not is left out, and so is an empty one. */
function chooseMetadata(
  meta: UppyUpload["meta"],
  names: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(meta)) {
    if (!names.has(name) || value === "") continue;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      throw invalidRequest({ pointer: `/metadata/${name}`, detail: "must be a text or a number" });
    chosen[name] = String(value);
  }
  return chosen;
}
