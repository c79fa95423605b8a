/**
 * Signs R2's temporary credentials, without a request: a JWT that the parent's secret signs
 * (developers.cloudflare.com/r2/api/s3/temporary-credentials, "Locally").
 */
import { SignJWT } from "jose";
import { sha256Hex } from "../hash.ts";
import {
  assertPrefix,
  type CredentialAction,
  type ScopedAccess,
  type TemporaryCredentials,
} from "./scoped-access.ts";
import { endpointOf, type Credentials, type Store } from "./store.ts";

const ACTIONS = {
  read: ["GetObject", "HeadObject", "ListObjectsV1", "ListObjectsV2"],
  // No copies: nothing says that their source has to be under the prefix.
  write: [
    "PutObject",
    "DeleteObject",
    "CreateMultipartUpload",
    "UploadPart",
    "CompleteMultipartUpload",
    "AbortMultipartUpload",
    "ListParts",
  ],
} as const satisfies Record<CredentialAction, readonly string[]>;

/** Returns the credentials. They cannot do more than their parent, and end with it. */
export async function signR2Credentials(
  store: Pick<Store, "bucket" | "ownOrigin">,
  parent: Credentials,
  { prefix, actions, expiresInSeconds, now }: ScopedAccess,
): Promise<TemporaryCredentials> {
  assertPrefix(prefix);
  const { host } = new URL(endpointOf(store, store.ownOrigin ?? ""));
  const [account = ""] = host.split(".");
  const issuedAt = Math.floor(now.getTime() / 1000);
  const expiresAt = issuedAt + expiresInSeconds;
  const accessKeyId = parent.accessKeyId.reveal();
  const jwt = await new SignJWT({
    bucket: store.bucket,
    scope: actions.includes("write") ? "object-read-write" : "object-read-only",
    actions: actions.flatMap((action): readonly string[] => ACTIONS[action]),
    paths: { prefixPaths: [prefix], objectPaths: [] },
  })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(account)
    .setIssuer(accessKeyId)
    .setAudience(host)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(new TextEncoder().encode(parent.secretAccessKey.reveal()));
  return {
    accessKeyId,
    secretAccessKey: sha256Hex(jwt),
    sessionToken: btoa(`jwt/${jwt}`),
    expiresAt: new Date(expiresAt * 1000),
  };
}
