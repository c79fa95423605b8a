/** The fields of one object of the configuration, parsed one by one, so that an error in one hides no error in another. */
import type * as z from "zod/mini";
import type { ErrorCollector } from "./errors.ts";

type Shape = Readonly<Record<string, z.ZodMiniType>>;
type Schema<S extends Shape> = z.ZodMiniObject<S, z.core.$strict>;

export interface Fields<T> {
  /** Every field, if all are valid. */
  readonly all: T | undefined;
  /** Returns a field; `undefined` for an invalid one. */
  readonly get: <Name extends keyof T>(name: Name) => T[Name] | undefined;
  /** Runs a check, up to the first invalid field that it reads: no error follows from another. */
  readonly check: (run: (fields: T) => void) => void;
}

/** What a check ends with that reads an invalid field. */
const INVALID = new Error("The field is invalid");

/** Parses each field, and collects each error. */
export function parseFields<S extends Shape>(
  schema: Schema<S>,
  value: unknown,
  errors: ErrorCollector,
): Fields<z.output<Schema<S>>> {
  type T = z.output<Schema<S>>;
  const all = errors.parse<T>(schema, value);
  const valid: Partial<T> = all ?? parseEach(schema.shape, value);
  const readable = new Proxy(valid, {
    get(target, name) {
      if (!all && !Object.hasOwn(target, name)) throw INVALID;
      return Reflect.get(target, name);
    },
  });
  return {
    all,
    get: (name) => valid[name],
    check(run) {
      try {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a field that is not there throws
        run(readable as T);
      } catch (error) {
        if (error !== INVALID) throw error;
      }
    },
  };
}

/** Returns the valid fields, each parsed by its own schema. */
function parseEach<T>(shape: Shape, value: unknown): Partial<T> {
  if (typeof value !== "object" || value === null) return {};
  const given: Readonly<Record<string, unknown>> = { ...value };
  const parsed = Object.entries(shape).flatMap(([name, schema]) => {
    const { success, data } = schema.safeParse(given[name]);
    return success ? [[name, data] as const] : [];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was parsed by the field's own schema
  return Object.fromEntries(parsed) as Partial<T>;
}
