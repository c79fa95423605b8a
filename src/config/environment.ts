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
  if (environments === undefined || name === undefined || name === "") return production;
  const known = asRecord(environments);
  if (typeof name === "string" && Object.hasOwn(known, name))
    return merge(production, asRecord(known[name]), errors.at("environments").at(name));
  addUnknown(name, errors);
  return production;
}

/** Collects the error of a name that is no environment's. */
function addUnknown(name: unknown, errors: ErrorCollector): void {
  const found = `there is no environment ${JSON.stringify(name)}`;
  errors
    .at("environments")
    .add(
      `${found}, which ${ENVIRONMENT_VARIABLE} in wrangler.toml names: add it, even if it is {}`,
    );
}

/** Returns the same choice of what was made for each environment. */
export function chooseMade<T>(
  { production, environments }: Made<T>,
  name: unknown,
  errors: ErrorCollector,
): T {
  if (environments === undefined || name === undefined || name === "") return production;
  const own = typeof name === "string" && Object.hasOwn(environments, name);
  if (!own) addUnknown(name, errors);
  return (own && environments[name]) || production;
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
