/** Fills missing secrets with placeholders of the right shape, so that everything but their values is checked. */
import { compileConfig } from "../src/config/compile.ts";
import type { Config } from "../src/config/config.ts";
import { ConfigurationError } from "../src/config/errors.ts";
import type { Env } from "../src/secret.ts";

const SHAPED: Readonly<Record<string, string>> = {
  RECEIPT_PRIVATE_KEY: JSON.stringify({ kty: "EC", crv: "P-256", x: "", y: "", d: "" }),
  WEBHOOK_SECRET: webhookSecret("w"),
  AUDIT_SECRET: webhookSecret("a"),
};

/** Returns the names of the secrets that the configuration requires. */
export function requiredSecretsOf(definition: unknown): readonly string[] {
  try {
    compileConfig(definition, {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const paths = error.errors.map(({ path }) => path);
    return paths.flatMap((path) =>
      path.startsWith("secrets.") ? [path.slice("secrets.".length)] : [],
    );
  }
}

/** Returns a placeholder for each name. */
export function placeholdersFor(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, index) => [name, placeholderFor(name, index)]));
}

function placeholderFor(name: string, index: number): string {
  if (name.endsWith("SCANNER_SECRET")) return webhookSecret(`s${index}`);
  return SHAPED[name] ?? `placeholder for ${name}`.padEnd(64);
}

function webhookSecret(text: string): string {
  return `whsec_${btoa(text.padEnd(32, "x"))}`;
}

/** Returns the compiled configuration, and the names of the secrets that have a placeholder. Throws `ConfigurationError`. */
export function compileWithPlaceholders(
  definition: unknown,
  env: Env,
): { readonly config: Config; readonly missingSecrets: readonly string[] } {
  const missingSecrets = requiredSecretsOf(definition).filter((name) => !env[name]);
  const config = compileConfig(definition, { ...env, ...placeholdersFor(missingSecrets) });
  return { config, missingSecrets };
}
