/** Describes secrets and bindings for whoever deploys a project with Cloudflare's Deploy button: `cloudflare.bindings` of package.json. */

export type BindingDescriptions = Readonly<Record<string, { readonly description: string }>>;

const BINDINGS = {
  LEDGER: "One ledger for each user of a policy with a `quota`",
  RATE_LIMIT_ADDRESS: "The rate limit of each IP address",
  RATE_LIMIT_CALLER: "The rate limit of each user",
  VERSION: "Names the deployment in the answer of `/healthz`",
} as const;

const SECRETS: Readonly<Record<string, string>> = {
  AUTH_SECRET:
    "What your backend signs the tokens of your users with: at least 32 random characters",
  RECEIPT_PRIVATE_KEY: "Signs receipts. `npx edge-presigner keys RECEIPT_PRIVATE_KEY` prints one",
  UPLOAD_ID_SECRET:
    "Makes upload ids tamper-proof: at least 32 random characters, such as those of `openssl rand -base64 48`",
};

/** Describes the secrets, and the bindings that every project has. */
export function describeBindings(secrets: readonly string[]): BindingDescriptions {
  const bindings = Object.entries(BINDINGS).map(
    ([name, description]) => [name, { description }] as const,
  );
  return { ...describeSecrets(secrets), ...Object.fromEntries(bindings) };
}

export function describeSecrets(secrets: readonly string[]): BindingDescriptions {
  return Object.fromEntries(secrets.map((name) => [name, { description: describe(name) }]));
}

function describe(name: string): string {
  const known = SECRETS[name];
  if (known !== undefined) return known;
  const [, store, isSecret] = /^(\w+?)_(SECRET_)?ACCESS_KEY(?:_ID)?$/.exec(name) ?? [];
  if (store === undefined) throw new TypeError(`Cannot describe the secret ${name}`);
  const bucket = `the store \`${store.toLowerCase().replaceAll("_", "-")}\``;
  return isSecret === undefined
    ? `The access key id for ${bucket}: \`npx edge-presigner setup\` prints the rights that it needs`
    : `The secret access key for ${bucket}`;
}
