/** When users come, more in the evening than at night, and what they have with them. */
import type { Random } from "../../../test/soak/random.ts";
import { PEAK_SHARE } from "../scenario.ts";

const DAY_HOURS = 24;
/** All are in one time zone. */
const PEAK_HOUR = 20;
const SWING = PEAK_SHARE - 1;

/**
 * Returns when each of `count` users comes on a day, in hours. One comes in each equal share of the day's
 * curve, so that a sample has as many in each hour as all users would have.
 */
export function drawArrivals(count: number, random: Random): readonly number[] {
  return Array.from({ length: count }, (_, index) => hourOf((index + random.next()) / count));
}

/** Returns the hour until which a share of the day's users has come. */
function hourOf(share: number): number {
  let [low, high] = [0, DAY_HOURS];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (comeUntil(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}

function comeUntil(hour: number): number {
  const angle = (at: number) => ((at - PEAK_HOUR) / DAY_HOURS) * 2 * Math.PI;
  const swing = (SWING * (Math.sin(angle(hour)) - Math.sin(angle(0)))) / (2 * Math.PI);
  return hour / DAY_HOURS + swing;
}

/** Returns how many files a user has with them: at least one, and seldom many. */
export function drawFiles(mean: number, random: Random): number {
  return 1 + Math.floor(Math.log(1 - random.next()) / Math.log(1 - 1 / mean));
}

/** Returns the bytes of a file: half of them have more than 2 MB. */
export function drawBytes(random: Random): number {
  const normal =
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return Math.min(100_000_000, Math.round(2_000_000 * Math.exp(normal)));
}
