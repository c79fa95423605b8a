/** Runs a property: a few times under `npm test`, and until the time is over under `npm run fuzz`. */
import fc from "fast-check";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** What `npm run fuzz` sets; `npm test` leaves all at its default. */
    readonly fuzz: {
      readonly factor: number;
      readonly seed?: number | undefined;
      readonly endsAtMs?: number | undefined;
    };
  }
}

const A_SECOND = 1000;

/** Fails with the seed, the path and the shrunk counterexample that fast-check prints. */
export async function expectAlways<T>(property: fc.IRawProperty<T>, runs: number): Promise<void> {
  const { factor, seed, endsAtMs } = inject("fuzz");
  const leftMs = (endsAtMs ?? Number.POSITIVE_INFINITY) - Date.now();
  // fast-check fails where the time is over before the first run.
  if (leftMs < A_SECOND) return;
  await fc.assert(property, {
    numRuns: runs * factor,
    ...(seed !== undefined && { seed }),
    ...(endsAtMs !== undefined && {
      plugins: [fc.interruptAfterTimeLimit(leftMs)],
    }),
  });
}
