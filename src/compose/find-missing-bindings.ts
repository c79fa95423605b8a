/** Finds the bindings that the configuration names, and that `wrangler.toml` does not have. */
import type { Config } from "../config/config.ts";
import type { ConfigError } from "../config/errors.ts";

export type BindingKind = "services" | "queues.producers";

interface MissingBinding extends ConfigError {
  readonly kind: BindingKind;
  readonly binding: string;
}

/** `has` returns whether there is a binding of that kind. */
export function findMissingBindings(
  { audit, policies }: Pick<Config, "audit" | "policies">,
  has: (kind: BindingKind, binding: string) => boolean,
): readonly MissingBinding[] {
  const find = (kind: BindingKind, binding: string | undefined, reason: string) =>
    binding === undefined || has(kind, binding)
      ? []
      : [{ kind, binding, path: `wrangler.toml: ${kind}`, detail: `add ${binding}: ${reason}` }];
  return [
    ...[...policies.values()].flatMap(({ name, quarantine }) =>
      find("services", quarantine?.scanner?.binding, `it is the scanner of the policy "${name}"`),
    ),
    ...(audit?.kind === "queue"
      ? find("queues.producers", audit.binding, "the audit is sent to it")
      : []),
  ];
}
