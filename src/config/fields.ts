/** The fields of one object of the configuration, parsed one by one, so that an error in one hides no error in another. */
import type * as z from "zod/mini";
import type { ErrorCollector } from "./errors.ts";

type Shape = Readonly<Record<string, z.ZodMiniType>>;
type Schema<S extends Shape> = z.ZodMiniObject<S, z.core.$strict>;
type Values<S extends Shape> = z.output<Schema<S>>;

export interface Fields<T> {
  /** Every field, if all are valid. */
  readonly all: T | undefined;
  /** Returns a field; `undefined` for an invalid one. */
  readonly get: <Name extends keyof T>(name: Name) => T[Name] | undefined;
  /** Runs a check that reads these fields, unless one of them is invalid: no error follows from another. */
  readonly check: <Name extends keyof T>(
    names: readonly Name[],
    run: (fields: Pick<T, Name>) => void,
  ) => void;
}

/** Parses each field, and collects each error. */
export function parseFields<S extends Shape>(
  schema: Schema<S>,
  value: unknown,
  errors: ErrorCollector,
): Fields<Values<S>> {
  type T = Values<S>;
  const all = errors.parse<T>(schema, value);
  const valid = all ? new Map(Object.entries(all)) : parseEach(schema.shape, value);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was parsed by the field's own schema
  const get = <Name extends keyof T>(name: Name) => valid.get(String(name)) as T[Name] | undefined;
  return {
    all,
    get,
    check(names, run) {
      if (!all && !names.every((name) => valid.has(String(name)))) return;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names are these fields
      run(Object.fromEntries(names.map((name) => [name, get(name)])) as Pick<T, keyof T>);
    },
  };
}

function parseEach(shape: Shape, value: unknown): ReadonlyMap<string, unknown> {
  const valid = new Map<string, unknown>();
  if (typeof value !== "object" || value === null) return valid;
  const given = new Map<string, unknown>(Object.entries(value));
  for (const [name, schema] of Object.entries(shape)) {
    const parsed = schema.safeParse(given.get(name));
    if (parsed.success) valid.set(name, parsed.data);
  }
  return valid;
}
