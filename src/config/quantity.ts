/** Schemas of the values that people write with a unit: `"5 MB"`, `"2 min"`, `"30 / minute"`. */
import * as z from "zod/mini";
import { lazy } from "../lazy.ts";
import {
  parseBytesRate,
  parseDuration,
  parseRate,
  parseSize,
  type BytesRate,
  type Duration,
  type Rate,
  type Size,
} from "./units.ts";

/** Parses to bytes. */
export const size = lazy(() =>
  quantity<Size, number>(parseSize, 'a number of bytes or a text such as "5 MB" or "5 MiB"'),
);
/** Parses to seconds. */
export const duration = lazy(() =>
  quantity<Duration, number>(
    parseDuration,
    'a number of seconds or a text such as "90 s", "5 min", "2 h" or "7 days"',
  ),
);
export const rate = lazy(() =>
  quantity<Rate, NonNullable<ReturnType<typeof parseRate>>>(
    parseRate,
    'a text such as "120 / minute"',
  ),
);
export const bytesRate = lazy(() =>
  quantity<BytesRate, NonNullable<ReturnType<typeof parseBytesRate>>>(
    parseBytesRate,
    'a text such as "1 GB / day"',
  ),
);

function quantity<Written, Parsed>(
  parse: (value: unknown) => Parsed | undefined,
  expected: string,
): z.ZodMiniType<Parsed, Written> {
  const schema = z.pipe(
    z.unknown(),
    z.transform((value, context): Parsed => {
      const parsed = parse(value);
      if (parsed !== undefined) return parsed;
      const message = value === undefined ? "is required" : `must be ${expected}`;
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    }),
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- zod cannot know what an author may write
  return schema as z.ZodMiniType<Parsed, Written>;
}
