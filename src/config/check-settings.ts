/** Checks the settings beside stores, policies and issuers. */
import type * as z from "zod/mini";
import { givesCredentials } from "./compile-credential-policy.ts";
import type { ErrorCollector } from "./errors.ts";
import type { Fields } from "./fields.ts";
import type { settingsSchema } from "./schema.ts";

const A_MINUTE = 60;

/** Checks the limits, the origins and the name of the default policy. */
export function checkSettings(
  settings: Fields<z.output<typeof settingsSchema>>,
  policies: Readonly<Record<string, unknown>>,
  errors: ErrorCollector,
): void {
  for (const [name, { windowSeconds }] of Object.entries(settings.get("limits") ?? {})) {
    if (windowSeconds === A_MINUTE) continue;
    const detail = 'must be per minute, which is what the bindings can count: "120 / minute"';
    errors.at("limits").at(name).add(detail);
  }
  for (const [index, origin] of (settings.get("origins") ?? []).entries())
    checkOrigin(origin, errors.at("origins").at(index));
  const defaultPolicy = settings.get("defaultPolicy");
  if (defaultPolicy === undefined) return;
  const at = errors.at("defaultPolicy");
  if (!Object.hasOwn(policies, defaultPolicy)) at.add(`there is no policy "${defaultPolicy}"`);
  else if (givesCredentials(policies[defaultPolicy]))
    at.add(`must be a policy that gives tickets: "${defaultPolicy}" gives credentials`);
}

/** Origins are exact (RFC 6454). A loopback host may have a wildcard port, for development. */
function checkOrigin(origin: string, errors: ErrorCollector): void {
  const isExact = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(:\d{1,5})?$/.test(origin);
  const isLoopback = /^http:\/\/(localhost|127\.0\.0\.1)(:(\d{1,5}|\*))?$/.test(origin);
  if (isLoopback || (isExact && !origin.startsWith("http://"))) return;
  errors.add(
    `"${origin}" must be an exact https origin without a path, such as https://app.example.com`,
  );
}
