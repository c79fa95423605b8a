/** Opens the ids of a Worker under test, with its secret. */
import type { Caller } from "../../../src/grant/authenticate.ts";
import { ownerOf } from "../../../src/grant/owner.ts";
import { createUploadIds } from "../../../src/grant/upload-id.ts";
import type { UploadClaims } from "../../../src/grant/upload-claims.ts";
import { Secret } from "../../../src/secret.ts";
import { ENV } from "./start-worker.ts";

const IDS = createUploadIds(
  { current: new Secret("UPLOAD_ID_SECRET", ENV.UPLOAD_ID_SECRET), previous: undefined },
  () => 0,
);

/** Returns the claims of an id of alice's. */
export async function openId(id: string, user = "alice"): Promise<UploadClaims> {
  const caller = { ...ownerOf("https://backend.example.com", user), scope: {} };
  return IDS.open(id, caller as unknown as Caller);
}
