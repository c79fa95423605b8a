/** Random choices that a seed repeats. */
export interface Random {
  /** From 0 to 1, without 1. */
  readonly next: () => number;
  /** A whole number from `min` to `max`. */
  readonly between: (min: number, max: number) => number;
  /** One of the keys; a weight is its share. Weights below 1 in sum leave the rest to `undefined`. */
  readonly choose: <T extends string>(weights: Readonly<Record<T, number>>) => T | undefined;
}

/** Mulberry32: small, and good enough to choose what happens. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    choose: <T extends string>(weights: Readonly<Record<T, number>>) => {
      let rest = next();
      for (const name in weights) {
        rest -= weights[name];
        if (rest < 0) return name;
      }
      return undefined;
    },
  };
}
