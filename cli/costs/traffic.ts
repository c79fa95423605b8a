/** Counts the requests and uploads of each policy in the lines of a log. It keeps no line. */
import * as z from "zod/mini";
import { readLogLine } from "../log/read-line.ts";

/** Uploads of about one size. */
export interface SizeClass {
  readonly uploads: number;
  readonly bytes: number;
}

interface PolicyTraffic {
  readonly requests: number;
  readonly downloads: number;
  readonly sizes: readonly SizeClass[];
}

export interface Seen {
  /** `undefined` for a file whose lines have no time. */
  readonly watchedMs: number | undefined;
  /** Requests without a policy are under an empty name, and batches for several under `*`. */
  readonly policies: ReadonlyMap<string, PolicyTraffic>;
}

export interface Traffic {
  readonly read: (line: string) => void;
  readonly seen: () => Seen;
}

interface Count {
  requests: number;
  downloads: number;
  /** By the power of two: a policy may have photos and videos. */
  readonly sizes: Map<number, { uploads: number; bytes: number }>;
}

const requestSchema = z.object({
  event: z.literal("request"),
  route: z.string(),
  policy: z.optional(z.string()),
  granted: z.optional(z.number()),
  bytes: z.optional(z.number()),
});
const GIVES_NO_UPLOAD = /download|credentials/i;
/** Names that a log may have: a stranger's log must not fill the memory. */
const MAX_POLICIES = 1000;

/** `live`: the lines come as they are written, so that the time passes also without one. */
export function createTraffic(now: () => number, source: "live" | "file"): Traffic {
  const startedAtMs = now();
  const counts = new Map<string, Count>();
  let [firstMs, lastMs] = [Infinity, -Infinity];

  const count = ({
    route,
    policy = "",
    granted = 0,
    bytes = 0,
  }: z.output<typeof requestSchema>) => {
    const one = counts.get(policy) ?? { requests: 0, downloads: 0, sizes: new Map() };
    if (!counts.has(policy) && counts.size >= MAX_POLICIES) return;
    counts.set(policy, one);
    one.requests += 1;
    if (GIVES_NO_UPLOAD.test(route)) one.downloads += granted;
    else if (granted > 0) addSize(one, granted, bytes);
  };
  return {
    read(line) {
      for (const { event, atMs } of readLogLine(line)) {
        const { success, data } = requestSchema.safeParse(event);
        if (!success) continue;
        if (atMs !== undefined)
          [firstMs, lastMs] = [Math.min(firstMs, atMs), Math.max(lastMs, atMs)];
        count(data);
      }
    },
    seen: () => ({
      watchedMs:
        source === "live" ? now() - startedAtMs : lastMs > firstMs ? lastMs - firstMs : undefined,
      policies: new Map(
        Array.from(counts, ([name, { sizes, ...rest }]) => [
          name,
          { ...rest, sizes: [...sizes.values()] },
        ]),
      ),
    }),
  };
}

function addSize({ sizes }: Count, uploads: number, bytes: number): void {
  const power = Math.floor(Math.log2(Math.max(1, bytes / uploads)));
  const known = sizes.get(power) ?? { uploads: 0, bytes: 0 };
  sizes.set(power, { uploads: known.uploads + uploads, bytes: known.bytes + bytes });
}
