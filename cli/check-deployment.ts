/** Whether presigner.config.ts and wrangler.toml fit together, before they are deployed. */
import { compileConfig } from "../src/config/compile.ts";
import type { RateLimit } from "../src/config/config.ts";
import { ConfigurationError, type Mistake } from "../src/config/mistakes.ts";

/** What wrangler.toml says, as far as the Worker depends on it. */
export interface Deployment {
  readonly requiredSecrets: readonly string[];
  readonly rateLimits: Readonly<Record<string, RateLimit>>;
}

/** Every mistake; none means that it can be deployed. */
export function checkDeployment(definition: unknown, deployment: Deployment): readonly Mistake[] {
  const withoutSecrets = mistakesOf(definition, {});
  const secrets = withoutSecrets.flatMap(({ path }) =>
    path.startsWith("secrets.") ? [path.slice("secrets.".length)] : [],
  );
  const mistakes = [
    ...findPlaceholders(definition, ""),
    ...withoutSecrets.filter(({ path }) => !path.startsWith("secrets.")),
    ...checkSecrets(secrets, deployment.requiredSecrets),
  ];
  if (mistakes.length > 0) return mistakes;

  const config = compileConfig(
    definition,
    Object.fromEntries(secrets.map((name) => [name, "x".repeat(64)])),
  );
  const { perAddress, perCaller } = config.limits;
  return [
    ...(config.isDevelopment
      ? [
          {
            path: "presigner.config.ts",
            detail: "is for development: its store or an origin is on a loopback host",
          },
        ]
      : []),
    ...checkLimit("perAddress", perAddress, deployment.rateLimits["RATE_LIMIT_ADDRESS"]),
    ...checkLimit("perCaller", perCaller, deployment.rateLimits["RATE_LIMIT_CALLER"]),
  ];
}

/** Values of the example that nobody changed: `YOUR-…`, and the reserved domains of RFC 2606. */
function findPlaceholders(value: unknown, path: string): readonly Mistake[] {
  if (typeof value === "string" && /YOUR-|\bexample\.(com|net|org)\b/.test(value)) {
    return [{ path, detail: `put your own value here: "${value}" is the example's` }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([step, inner]) =>
    findPlaceholders(inner, path ? `${path}.${step}` : step),
  );
}

function mistakesOf(
  definition: unknown,
  env: Readonly<Record<string, string>>,
): readonly Mistake[] {
  try {
    compileConfig(definition, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
}

function checkSecrets(needed: readonly string[], required: readonly string[]): readonly Mistake[] {
  const path = "wrangler.toml: secrets.required";
  return [
    ...needed
      .filter((name) => !required.includes(name))
      .map((name) => ({ path, detail: `add "${name}"` })),
    ...required
      .filter((name) => !needed.includes(name))
      .map((name) => ({ path, detail: `take "${name}" away: nothing uses it` })),
  ];
}

function checkLimit(
  name: string,
  limit: RateLimit,
  binding: RateLimit | undefined,
): readonly Mistake[] {
  if (binding?.limit === limit.limit && binding.windowSeconds === limit.windowSeconds) return [];
  const says = binding ? `${binding.limit} in ${binding.windowSeconds} s` : "no such binding";
  return [
    {
      path: `limits.${name}`,
      detail: `is ${limit.limit} in ${limit.windowSeconds} s, and wrangler.toml has ${says}`,
    },
  ];
}
