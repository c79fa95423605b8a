/** One store's definition and its provider's row → the bucket that is signed for. */
import type * as z from "zod/mini";
import { readSecret, type Env } from "../secret.ts";
import { PROVIDERS, type Provider } from "../store/provider.ts";
import { withCapabilities } from "./capabilities.ts";
import type { Credentials, Store } from "./config.ts";
import type { Mistakes } from "./errors.ts";
import type { storeSchema } from "./schema.ts";

type Definition = z.output<typeof storeSchema>;

/** A host as it is signed: https, or http on a loopback host; a port may follow, a path may not. */
const ORIGIN = /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/;
const ORIGIN_SAYS = "must be an https origin without a path, such as https://s3.example.com";

/** The compiled store, or `undefined` with each mistake collected. */
export function compileStore(
  name: string,
  definition: Definition,
  env: Env,
  at: Mistakes,
): Store | undefined {
  const before = at.found.length;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    at.add("the name must be of a-z, 0-9 and single hyphens");
  if (name.endsWith("-read"))
    at.add('the name must not end in "-read": its secrets would be another store\'s reading pair');

  const provider = withCapabilities(PROVIDERS[definition.provider], definition.capabilities);
  const options: Readonly<Record<string, string>> = {
    ...(definition.region !== undefined && { region: definition.region }),
    ...(definition.account !== undefined && { account: definition.account }),
    ...(definition.endpoint !== undefined && { endpoint: definition.endpoint }),
  };
  for (const [option, { pattern, says }] of Object.entries(provider.options)) {
    if (!pattern.test(options[option] ?? "")) at.at(option).add(`must be ${says}`);
  }
  for (const option of Object.keys(options)) {
    if (!Object.hasOwn(provider.options, option))
      at.at(option).add(`${provider.title} has no such option`);
  }
  if (definition.jurisdiction && definition.provider !== "r2")
    at.at("jurisdiction").add("only Cloudflare R2 has jurisdictions");
  if (definition.publicEndpoint !== undefined && !ORIGIN.test(definition.publicEndpoint))
    at.at("publicEndpoint").add(ORIGIN_SAYS);
  if (definition.publicEndpoint !== undefined && definition.provider === "r2") {
    at.at("publicEndpoint").add("R2 presigns on its S3 host only, not on a custom domain");
  }

  const prefix = secretPrefix(name);
  const credentials = readPair(env, prefix, at);
  const hasReader = readSecret(env, `${prefix}_READ_ACCESS_KEY_ID`) !== undefined;
  const readCredentials = hasReader ? readPair(env, `${prefix}_READ`, at) : credentials;
  if (at.found.length > before || !credentials || !readCredentials) return undefined;

  const own = locate(definition, provider, definition.endpoint);
  return {
    name,
    providerName: definition.provider,
    provider,
    bucket: definition.bucket,
    region: provider.signingRegion ?? definition.region ?? "",
    ...locate(definition, provider, definition.publicEndpoint ?? definition.endpoint),
    ownOrigin: own.origin,
    ownBasePath: own.basePath,
    copyGuard: definition.copyGuard ?? provider.copyGuard,
    credentials,
    readCredentials,
  };
}

/** `media-eu` → `MEDIA_EU`. */
function secretPrefix(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

function readPair(env: Env, prefix: string, at: Mistakes): Credentials | undefined {
  const accessKeyId = at.requireSecret(env, `${prefix}_ACCESS_KEY_ID`);
  const secretAccessKey = at.requireSecret(env, `${prefix}_SECRET_ACCESS_KEY`);
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: readSecret(env, `${prefix}_SESSION_TOKEN`) };
}

function locate(
  definition: Definition,
  provider: Provider,
  endpoint: string | undefined,
): Pick<Store, "origin" | "basePath"> {
  const { bucket, region = "", account = "", jurisdiction } = definition;
  if (provider.endpoint === "request") {
    return { origin: undefined, basePath: `/cdn-cgi/local/r2/s3/${bucket}/` };
  }
  const host = (endpoint ?? provider.endpoint ?? "")
    .replace("{region}", region)
    .replace("{account}", jurisdiction ? `${account}.${jurisdiction}` : account);
  // A certificate for *.host does not cover a bucket with a dot in its name.
  const isVirtualHost =
    (definition.addressing ?? provider.addressing) === "virtual-host" && !bucket.includes(".");
  return isVirtualHost
    ? { origin: host.replace("://", `://${bucket}.`), basePath: "/" }
    : { origin: host, basePath: `/${bucket}/` };
}
