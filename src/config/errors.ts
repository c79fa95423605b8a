/** Collects the errors of a configuration, so that one check reports all of them. */
import type * as z from "zod/mini";
import { Secret, readSecret, secretError, type Env } from "../secret.ts";

/** One error: where it is, and what to change. */
export interface ConfigError {
  readonly path: string;
  readonly detail: string;
}

/** An invalid configuration, with every error. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly errors: readonly ConfigError[];

  constructor(errors: readonly ConfigError[]) {
    super(errors.map(({ path, detail }) => `${path}: ${detail}`).join("\n"));
    this.errors = errors;
  }
}

/** Collects the errors at one path. `at` returns a collector for a deeper path. */
export class ErrorCollector {
  readonly errors: ConfigError[];
  readonly #path: string;
  readonly #names: Readonly<Record<string, string>>;

  constructor(path = "", errors: ConfigError[] = [], names: Readonly<Record<string, string>> = {}) {
    this.#path = path;
    this.#names = names;
    this.errors = errors;
  }

  at(step: string | number): ErrorCollector {
    const name = this.#names[step] ?? step;
    return new ErrorCollector(this.#path ? `${this.#path}.${name}` : String(name), this.errors);
  }

  /** Returns a collector that reports a field under another name. */
  renaming(names: Readonly<Record<string, string>>): ErrorCollector {
    return new ErrorCollector(this.#path, this.errors, names);
  }

  add(detail: string): void {
    const path = this.#path || "presigner.config.ts";
    if (this.errors.some((error) => error.path === path && error.detail === detail)) return;
    this.errors.push({ path, detail });
  }

  /** Returns the parsed value, or `undefined` with each error collected. */
  parse<T>(schema: z.ZodMiniType<T>, value: unknown): T | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues.flatMap(toPlainIssues)) {
      path.reduce((errors: ErrorCollector, step) => errors.at(String(step)), this).add(message);
    }
    return undefined;
  }

  /**
   * Returns the secret of that name. A missing or invalid one is an error, and its value is then empty:
   * a configuration with an error is never used.
   */
  requireSecret(env: Env, name: string, minCharacters = 1): Secret {
    const secret = readSecret(env, name);
    const error = secret
      ? secretError(secret, minCharacters)
      : `is not set: npx wrangler secret put ${name} --env=""`;
    if (error) new ErrorCollector(`secrets.${name}`, this.errors).add(error);
    return secret ?? new Secret(name, "");
  }
}

type Issue = Pick<z.core.$ZodIssue, "path" | "message">;

/** Returns the errors of the nearest shape, where a value may have several shapes. */
function toPlainIssues(issue: z.core.$ZodIssue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const nearest = issue.errors.find((errors) => errors.some(({ path }) => path.length > 0));
  return (
    nearest?.map(({ path, message }) => ({ path: [...issue.path, ...path], message })) ?? [issue]
  );
}
