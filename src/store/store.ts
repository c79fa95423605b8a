/** One bucket that is signed for, and where its objects are. */
import type { Secret } from "../secret.ts";
import type { EncodedKey } from "./encode-key.ts";
import type { Provider } from "./provider.ts";
import type { ProviderName } from "./providers.ts";

export interface Store {
  readonly name: string;
  readonly providerName: ProviderName;
  readonly provider: Provider;
  readonly bucket: string;
  /** The region of the credential scope. */
  readonly region: string;
  /** The origin that the Worker itself calls: of a `publicEndpoint` the one behind it. */
  readonly ownOrigin: string | undefined;
  readonly ownBasePath: string;
  /** The origin of tickets. Both are `undefined` for the embedded store: it has the request's own origin. */
  readonly origin: string | undefined;
  /** The encoded path between the host and the key: `/` or `/bucket/`. */
  readonly basePath: string;
  /** Where anybody reads the bucket's objects: a normal URL without a slash at its end. */
  readonly publicBaseUrl: string | undefined;
  readonly copyGuard: "signed-empty" | "none";
  readonly credentials: Credentials;
  /** The Worker's own reads use these: a second pair, or the writing one. */
  readonly readCredentials: Credentials;
}

export interface Credentials {
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
}

/** One object. The embedded store takes its origin from the request. */
export interface ObjectLocation {
  readonly store: Store;
  readonly key: EncodedKey;
  readonly requestOrigin: string | undefined;
}

/** Returns what S3 clients call the endpoint: an origin of the store without its bucket. */
export function endpointOf({ bucket }: Pick<Store, "bucket">, origin: string): string {
  return origin.replace(`://${bucket}.`, "://");
}

/** Returns the unsigned URL of an object, as clients reach it. */
export function objectUrl({ store, key, requestOrigin }: ObjectLocation): string {
  return (store.origin ?? requestOrigin ?? "") + store.basePath + key;
}
