/** Makes a month of what was watched, and says how rough that is. */
import type { Config } from "../../src/config/config.ts";
import { MONTH_DAYS, type Load } from "./forecast.ts";
import type { Seen } from "./traffic.ts";

export interface Watched {
  readonly seconds: number;
  readonly requests: number;
  readonly uploads: number;
  /** So many times as much is a month. */
  readonly factor: number;
  /** How far the number of uploads may be off by chance alone, as a share: in 95 of 100 cases it is less. */
  readonly offByChance: number;
  readonly loads: readonly Load[];
}

const DAY_SECONDS = 86_400;
export const WEEK_SECONDS = 7 * DAY_SECONDS;

/** Returns how many of the requests have a line; `undefined` where only failed ones do. */
export function shareOf({ requests }: Config["logging"]): number | undefined {
  if (requests === "errors") return undefined;
  return typeof requests === "number" ? requests : 1;
}

/** `share`: how many of the requests have a line in the log. */
export function toMonth(
  { policies }: Seen,
  { seconds, share }: { readonly seconds: number; readonly share: number },
): Watched {
  const factor = (MONTH_DAYS * DAY_SECONDS) / seconds / share;
  const all = [...policies];
  const uploads = all.flatMap(([, { sizes }]) => sizes).reduce((sum, one) => sum + one.uploads, 0);
  return {
    seconds,
    requests: all.reduce((sum, [, one]) => sum + one.requests, 0),
    uploads,
    factor,
    offByChance: uploads === 0 ? 1 : 1.96 / Math.sqrt(uploads),
    loads: all.map(([policy, { requests, downloads, sizes }]) => ({
      policy,
      requests: requests * factor,
      downloads: downloads * factor,
      sizes: sizes.map((one) => ({ uploads: one.uploads * factor, bytes: one.bytes * factor })),
    })),
  };
}
