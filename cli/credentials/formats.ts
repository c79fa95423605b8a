/** Writes credentials as the tools read them. */
import type { GivenCredentials } from "./given.ts";

export type CredentialFormat = "env" | "aws" | "rclone";

export const FORMATS = {
  env: shellLines,
  aws: processOutput,
  rclone: rcloneSection,
} as const satisfies Record<CredentialFormat, (given: GivenCredentials) => string>;

/** What SDKs and `aws` read from the environment (AWS SDKs and Tools Reference Guide). */
function shellLines(given: GivenCredentials): string {
  return `export AWS_ACCESS_KEY_ID='${given.accessKeyId}'
export AWS_SECRET_ACCESS_KEY='${given.secretAccessKey}'
export AWS_SESSION_TOKEN='${given.sessionToken}'
export AWS_REGION='${given.region}'
export AWS_ENDPOINT_URL_S3='${given.endpoint}'
# until ${given.expiresAt}: s3://${given.bucket}/${given.prefix}
`;
}

/** What `credential_process` of a profile prints: `aws` runs the command again when they end. */
function processOutput(given: GivenCredentials): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = given;
  const document = {
    Version: 1,
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: expiresAt,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** A remote. `no_check_bucket`, as the credentials neither create nor look up buckets. */
function rcloneSection(given: GivenCredentials): string {
  return `# until ${given.expiresAt}: rclone copy FOLDER edge-presigner:${given.bucket}/${given.prefix}
[edge-presigner]
type = s3
provider = Other
access_key_id = ${given.accessKeyId}
secret_access_key = ${given.secretAccessKey}
session_token = ${given.sessionToken}
region = ${given.region}
endpoint = ${given.endpoint}
force_path_style = ${String(given.addressing === "path")}
no_check_bucket = true
`;
}
