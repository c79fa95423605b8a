/** The command that sets a secret: as one of the Worker, or in the Secrets Store where wrangler.toml binds its name. */
import type { StoredSecret } from "./check-deployment.ts";

export function commandThatSets(name: string, stored: StoredSecret | undefined): string {
  return stored === undefined
    ? `npx wrangler secret put ${name} --env=""`
    : `npx wrangler secrets-store secret create ${stored.storeId} --name ${stored.secretName} --scopes workers --remote`;
}
