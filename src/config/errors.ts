/** Collects what is wrong in a configuration, so that all of it is told at once. */
import type * as z from "zod/mini";
import { readSecret, type Env, type Secret } from "../secret.ts";

/** One mistake: where it is, and what to change. */
export interface Mistake {
  readonly path: string;
  readonly detail: string;
}

/** Every mistake of a configuration. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(({ path, detail }) => `${path}: ${detail}`).join("\n"));
    this.mistakes = mistakes;
  }
}

/** The collector of one path; `at` gives the same collector for a deeper one. */
export class Mistakes {
  readonly found: Mistake[];
  readonly #path: string;

  constructor(path = "", found: Mistake[] = []) {
    this.#path = path;
    this.found = found;
  }

  at(step: string | number): Mistakes {
    return new Mistakes(this.#path ? `${this.#path}.${step}` : String(step), this.found);
  }

  add(detail: string): void {
    this.found.push({ path: this.#path || "presigner.config.ts", detail });
  }

  /** The value in the schema's shape, or `undefined` with each fault collected. */
  parse<T>(schema: z.ZodMiniType<T>, value: unknown): T | undefined {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues.flatMap(unfold)) {
      path.reduce((at: Mistakes, step) => at.at(String(step)), this).add(message);
    }
    return undefined;
  }

  /** The secret of that name; a missing one is named, and so is one too short to be a key. */
  requireSecret(env: Env, name: string, minCharacters = 1): Secret | undefined {
    const secret = readSecret(env, name);
    const at = new Mistakes(`secrets.${name}`, this.found);
    if (!secret) at.add(`is not set: npx wrangler secret put ${name} --env=""`);
    else if (secret.hasName) at.add("begins with its own name: set what stands behind the =");
    else if (secret.length < minCharacters)
      at.add(`must have at least ${minCharacters} characters`);
    return secret;
  }
}

type Issue = Pick<z.core.$ZodIssue, "path" | "message">;

/** Where a value may have several shapes, the faults of the one that it nearly has. */
function unfold(issue: z.core.$ZodIssue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const nearest = issue.errors.find((errors) => errors.some(({ path }) => path.length > 0));
  return (
    nearest?.map(({ path, message }) => ({ path: [...issue.path, ...path], message })) ?? [issue]
  );
}
