/** Says how to end every URL that was signed with a store's keys: with new keys, and without the old ones. */
import type { StoredSecrets } from "../read-deployments.ts";
import type { BucketUse } from "./bucket-use.ts";

/** Returns the steps; none where nothing can be revoked. */
export function rotationStepsOf(
  { store, hasRevocations }: BucketUse,
  stored: StoredSecrets,
): readonly string[] {
  if (hasRevocations !== true) return [];
  const writer = [store.credentials.accessKeyId.name, store.credentials.secretAccessKey.name];
  const reader = writer.map((name) => name.replace(/_(SECRET_)?ACCESS_KEY(_ID)?$/, "_READ$&"));
  const file = Object.fromEntries([...writer, ...reader].map((name) => [name, "…"]));
  const user = `edge-presigner-${store.name}`;
  const create = "1. Create new keys with the permissions of the present ones";
  const steps = [...writer, ...reader].some((name) => name in stored)
    ? [
        `${create}, and put those that you use into the Secrets Store under new names.`,
        "2. Set these names as secret_name in wrangler.toml, and deploy: npx edge-presigner deploy",
      ]
    : [
        `${create}, and write those that you use into keys.json:`,
        `   ${JSON.stringify(file)}`,
        '2. Set all of them at once: npx wrangler secret bulk keys.json --env="" && rm keys.json',
      ];
  return [
    ...steps,
    "3. Delete the old keys: the store then refuses every URL that they have signed.",
    ...(store.providerName === "aws"
      ? ["writer", "reader"].map(
          (whose) =>
            `   aws iam delete-access-key --user-name ${user}-${whose} --access-key-id OLD-KEY-ID`,
        )
      : []),
    "Clients then ask for new tickets, and uploads in parts go on.",
  ];
}
