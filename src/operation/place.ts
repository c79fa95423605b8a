import type { Region } from "../grant/region.ts";

/** Where a request was sent to, and where it came from. */
export interface Place {
  /** Scheme, host and port of the request's own URL: the origin of the embedded store. */
  readonly requestOrigin: string;
  readonly region: Region;
}
