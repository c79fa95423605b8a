const UNITS = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
] as const;

/** Returns a size for people and programs: `5 bytes`, `10 MB (10000000 bytes)`. */
export function describeBytes(bytes: number): string {
  const [factor, unit] = UNITS.find(([least]) => bytes >= least) ?? [1, "bytes"];
  if (factor === 1) return `${bytes} bytes`;
  const amount = Math.round((bytes / factor) * 100) / 100;
  return `${amount} ${unit} (${bytes} bytes)`;
}
