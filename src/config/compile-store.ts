/** Compiles a store: its definition and its provider's row → the bucket that is signed for. */
import type { Env } from "../secret.ts";
import type { Provider } from "../store/provider.ts";
import { PROVIDERS } from "../store/providers.ts";
import type { Store } from "../store/store.ts";
import { withCapabilities } from "./capabilities.ts";
import { checkPublicBaseUrl } from "./check-public-base-url.ts";
import type { ErrorCollector } from "./errors.ts";
import { parseFields, type Fields } from "./fields.ts";
import { readCredentials } from "./read-credentials.ts";
import { storeSchema, type StoreFields } from "./store-schema.ts";

/** The origin of a host: https, or http on a loopback host, with an optional port and without a path. */
const ORIGIN = /^(https:\/\/[a-z0-9.-]+|http:\/\/(localhost|127\.0\.0\.1))(:\d{1,5})?$/;

/** Returns the store, with each error collected; `undefined` where the provider or the bucket is invalid. */
export function compileStore(
  name: string,
  value: unknown,
  { env, errors }: { readonly env: Env; readonly errors: ErrorCollector },
): Store | undefined {
  const isNameValid = checkName(name, errors);
  const fields = parseFields(storeSchema, value, errors);
  const providerName = fields.get("provider");
  const bucket = fields.get("bucket");
  if (providerName === undefined) return undefined;
  const row = PROVIDERS[providerName];
  checkOptions(fields, row, errors);
  checkEndpoints(fields, errors);
  checkAddressing(fields, row, errors);
  checkPublicBaseUrl(fields.get("publicBaseUrl"), errors.at("publicBaseUrl"));
  if (bucket === undefined || !isNameValid) return undefined;

  const provider = withCapabilities(row, fields.get("capabilities"));
  const address = {
    bucket,
    region: fields.get("region") ?? "",
    account: fields.get("account") ?? "",
    jurisdiction: fields.get("jurisdiction"),
    addressing: fields.get("addressing") ?? provider.addressing,
    path: /\w(\/.*)$/.exec(provider.endpoint ?? "")?.[1] ?? "",
  };
  const endpoint = fields.get("endpoint") ?? provider.endpoint ?? "";
  const own = locate(address, endpoint);
  return {
    name,
    providerName,
    provider,
    bucket,
    region: provider.signingRegion ?? address.region,
    ...locate(address, fields.get("publicEndpoint") ?? endpoint),
    ownOrigin: own.origin,
    ownBasePath: own.basePath,
    publicBaseUrl: fields.get("publicBaseUrl")?.replace(/\/$/, ""),
    copyGuard: fields.get("copyGuard") ?? provider.copyGuard,
    ...readCredentials(name, env, errors),
  };
}

/** The names of the store's secrets are made from its name. */
function checkName(name: string, errors: ErrorCollector): boolean {
  const detail = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)
    ? /-(read|scoped)$/.test(name) &&
      'the name must not end in "-read" or "-scoped": its secrets would be those of another store'
    : "the name must be of a-z, 0-9 and single hyphens";
  if (detail) errors.add(detail);
  return !detail;
}

/** Checks the options that the provider has, and refuses those that it does not have. */
function checkOptions(fields: Fields<StoreFields>, row: Provider, errors: ErrorCollector): void {
  for (const option of ["region", "account", "endpoint"] as const) {
    fields.check(({ [option]: value }) => {
      const rule = Object.hasOwn(row.options, option) ? row.options[option] : undefined;
      if (rule && !rule.pattern.test(value ?? ""))
        errors.at(option).add(`must be ${rule.expected}`);
      if (!rule && value !== undefined)
        errors.at(option).add(`must be left out: ${row.title} has no such option`);
    });
  }
}

function checkEndpoints(fields: Fields<StoreFields>, errors: ErrorCollector): void {
  const isR2 = fields.get("provider") === "r2";
  if (fields.get("jurisdiction") && !isR2)
    errors.at("jurisdiction").add("must be left out: only Cloudflare R2 has jurisdictions");
  const endpoint = fields.get("publicEndpoint");
  if (endpoint === undefined) return;
  const at = errors.at("publicEndpoint");
  if (isR2) at.add("must be left out: R2 presigns on its S3 host only, not on a custom domain");
  else if (!ORIGIN.test(endpoint))
    at.add("must be an https origin without a path, such as https://s3.example.com");
}

function checkAddressing(
  fields: Fields<StoreFields>,
  { isVirtualHostOnly, title }: Provider,
  errors: ErrorCollector,
): void {
  if (!isVirtualHostOnly) return;
  if (fields.get("addressing") === "path")
    errors.at("addressing").add(`must be left out: ${title} refuses buckets in the path`);
  if (fields.get("bucket")?.includes("."))
    errors.at("bucket").add(`must have no dot: ${title} refuses buckets in the path`);
}

interface Address {
  readonly bucket: string;
  readonly region: string;
  readonly account: string;
  readonly jurisdiction: string | undefined;
  readonly addressing: Provider["addressing"];
  /** Of the provider's endpoint, without a slash at its end. A `publicEndpoint` has none. */
  readonly path: string;
}

/** Returns where the bucket is; no origin for the embedded store, which is at the request's own. */
function locate(
  { bucket, region, account, jurisdiction, addressing, path }: Address,
  endpoint: string,
): Pick<Store, "origin" | "basePath"> {
  if (endpoint === "request")
    return { origin: undefined, basePath: `/cdn-cgi/local/r2/s3/${bucket}/` };
  const host = endpoint
    .replace(path, "")
    .replace("{region}", region)
    .replace("{china}", region.startsWith("cn-") ? ".cn" : "")
    .replace("{account}", jurisdiction ? `${account}.${jurisdiction}` : account);
  // A certificate for *.host does not cover a bucket with a dot in its name.
  const isVirtualHost = addressing === "virtual-host" && !bucket.includes(".");
  return isVirtualHost
    ? { origin: host.replace("://", `://${bucket}.`), basePath: `${path}/` }
    : { origin: host, basePath: `${path}/${bucket}/` };
}
