/** Chooses the configuration of one environment, such as staging. */
import { asRecord } from "./as-record.ts";
import type { ErrorCollector } from "./errors.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The variable of wrangler.toml that names the environment. */
export const ENVIRONMENT_VARIABLE = "ENVIRONMENT";

/**
 * Returns the configuration with the fields of the environment `name` in place of its own. Of `stores` and
 * `policies` only those that the environment has are replaced. Without a name it is production.
 */
export function chooseEnvironment(
  definition: unknown,
  name: unknown,
  errors: ErrorCollector,
): Fields {
  const { environments, ...production } = asRecord(definition);
  const known = environments === undefined ? undefined : asRecord(environments);
  const chosen = findName(name, known, errors);
  if (chosen === undefined) return production;
  return merge(production, asRecord(known?.[chosen]), errors.at("environments").at(chosen));
}

/** Returns the environment's name; `undefined` for production, and with an error for a name that none has. */
function findName(name: unknown, known: object | undefined, errors: ErrorCollector) {
  if (known === undefined || name === undefined || name === "") return undefined;
  if (typeof name === "string" && Object.hasOwn(known, name)) return name;
  errors
    .at("environments")
    .add(
      `there is no environment ${JSON.stringify(name)}, which ${ENVIRONMENT_VARIABLE} in wrangler.toml names: add it, even if it is {}`,
    );
  return undefined;
}

/** Returns the same choice of what was made for each environment. */
export function chooseMade<T>(
  { production, environments }: Made<T>,
  name: unknown,
  errors: ErrorCollector,
): T {
  const chosen = findName(name, environments, errors);
  return (chosen !== undefined && environments?.[chosen]) || production;
}

/** Something for production and for each environment. */
export interface Made<T> {
  readonly production: T;
  /** `undefined` for a configuration that has no environments. */
  readonly environments?: Readonly<Record<string, T>> | undefined;
}

/** Returns the names of the environments; `undefined` for a configuration that has none. */
export function environmentsOf(definition: unknown): readonly string[] | undefined {
  const { environments } = asRecord(definition);
  return environments === undefined ? undefined : Object.keys(asRecord(environments));
}

function merge(production: Fields, environment: Fields, errors: ErrorCollector): Fields {
  const replaced = ["stores", "policies"].flatMap((field) =>
    environment[field] === undefined
      ? []
      : [[field, replace(production[field], environment[field], errors.at(field))] as const],
  );
  return { ...production, ...environment, ...Object.fromEntries(replaced) };
}

function replace(production: unknown, environment: unknown, errors: ErrorCollector): Fields {
  const base = asRecord(production);
  const changes = Object.entries(asRecord(environment)).filter(([name]) => {
    if (Object.hasOwn(base, name)) return true;
    errors.at(name).add("replaces nothing: the configuration itself has no such name");
    return false;
  });
  return { ...base, ...Object.fromEntries(changes) };
}
