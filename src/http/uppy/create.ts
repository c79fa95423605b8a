/** Creates an upload that Uppy asks for, under the same rules as every other upload. */
import { findPolicy } from "../../grant/authorize.ts";
import type { Intent } from "../../grant/intent.ts";
import type { UploadContext } from "../../operation/allow.ts";
import { createFormUpload, createSinglePartUpload, createUpload } from "../../operation/create.ts";
import type { CreatedUpload, FormUpload, SinglePartUpload } from "../../operation/sign-upload.ts";
import { Problem, invalidRequest } from "../../problem.ts";
import type { UppyUpload } from "./request.ts";

/** Creates an upload that is one PUT. Throws as `createUpload` does, in words for the page's developer. */
export async function createUppySinglePart(
  context: UploadContext,
  upload: UppyUpload,
): Promise<SinglePartUpload> {
  return explainSize(async () => createSinglePartUpload(context, toIntent(context, upload)));
}

/** Creates an upload that is one POST form, as version 6 sends it without the helper. */
export async function createUppyForm(
  context: UploadContext,
  upload: UppyUpload,
): Promise<FormUpload> {
  return explainSize(async () => createFormUpload(context, toIntent(context, upload)));
}

/** Creates a multipart upload without tickets: Uppy asks for each part when it sends it. */
export async function createUppyMultipart(
  context: UploadContext,
  upload: UppyUpload,
): Promise<CreatedUpload> {
  const { partSize } = upload;
  return explainSize(async () =>
    createUpload(context, { ...toIntent(context, upload), multipart: true, partSize }, 0),
  );
}

function toIntent(
  { service, caller }: UploadContext,
  { policy, filename, contentType, size, meta }: UppyUpload,
): Intent {
  const { metadata } = findPolicy(service.config, caller, policy);
  return { policy, filename, contentType, size, metadata: chooseMetadata(meta, metadata) };
}

/** Uppy sends every field that it has. Returns those that the policy names and that are not empty. */
function chooseMetadata(
  meta: UppyUpload["meta"],
  names: readonly string[],
): Readonly<Record<string, string>> {
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(meta)) {
    if (!names.includes(name) || value === "") continue;
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      throw invalidRequest({ pointer: `/metadata/${name}`, detail: "must be a text or a number" });
    chosen[name] = String(value);
  }
  return chosen;
}

async function explainSize<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (!(error instanceof Problem && error.code === "size-required")) throw error;
    const detail = "Set the size before the upload: uppy.setFileMeta(file.id, { size: file.size })";
    throw new Problem("size-required", detail, { cause: error });
  }
}
