import type { Store } from "../../src/store/store.ts";

/** Returns the endpoint of the S3 service, without the bucket. */
export function endpointOf({ ownOrigin = "", ownBasePath, bucket }: Store): string {
  // With the bucket in the path, the host belongs to the service, even if it starts with the name of the bucket.
  return ownBasePath === "/" ? ownOrigin.replace(`://${bucket}.`, "://") : ownOrigin;
}
