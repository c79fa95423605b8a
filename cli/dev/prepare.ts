/** A configuration as its author wrote it → what runs in development. */
import { embedStores, type Development, type EmbeddedBucket } from "../../dev/development.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { compileConfig } from "../../src/config/compile.ts";
import type { ConfigDefinition } from "../../src/config/definition.ts";
import { compileWithPlaceholders, requiredSecretsOf } from "../placeholder-secrets.ts";

export interface Prepared {
  readonly development: Development;
  readonly buckets: readonly EmbeddedBucket[];
  /** What differs from the deployment, for people. */
  readonly notes: readonly string[];
}

/** Throws `ConfigurationError` with every error of the configuration. */
export function prepareDevelopment(definition: unknown): Prepared {
  const { config } = compileWithPlaceholders(definition, {});
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has compiled
  const embedded = embedStores(definition as ConfigDefinition, config);
  const storeSecrets = Object.fromEntries(embedded.buckets.flatMap(keyPairOf));
  const required = requiredSecretsOf(embedded.definition).filter((name) => !(name in storeSecrets));
  const secrets = { ...Object.fromEntries(required.map(makeUp)), ...PUBLIC };
  compileConfig(embedded.definition, { ...secrets, ...storeSecrets });
  return {
    development: { definition: embedded.definition, secrets, storeSecrets },
    buckets: embedded.buckets,
    notes: embedded.notes,
  };
}

const { LOCAL_ACCESS_KEY_ID, LOCAL_SECRET_ACCESS_KEY, ...PUBLIC } = DEVELOPMENT_SECRETS;

const makeUp = (name: string) => [name, `development-only: anybody knows ${name}`] as const;

function keyPairOf({ store }: EmbeddedBucket): readonly (readonly [string, string])[] {
  const prefix = store.toUpperCase().replaceAll("-", "_");
  return [
    [`${prefix}_ACCESS_KEY_ID`, LOCAL_ACCESS_KEY_ID],
    [`${prefix}_SECRET_ACCESS_KEY`, LOCAL_SECRET_ACCESS_KEY],
  ];
}
