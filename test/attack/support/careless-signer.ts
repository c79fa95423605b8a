/**
 * What a first tutorial does: signs the key that the client names, with `host` as the only signed
 * header, for a day. Each attack is first shown to work on it, so that a refusal proves something.
 */
import { AwsV4Signer } from "aws4fetch";
import type { StoreAddress } from "../../e2e/support/store.ts";

/** Returns a presigned URL for whatever it is told to sign. */
export async function signCarelessly(
  { origin, basePath, region, accessKeyId, secretAccessKey }: StoreAddress,
  key: string,
  { method = "PUT", headers = {}, query = "", expiresInSeconds = 86_400, now = new Date() } = {},
): Promise<string> {
  const mark = key.includes("?") ? "&" : "?";
  const { url } = await new AwsV4Signer({
    method,
    url: `${origin}${basePath}${key}${mark}X-Amz-Expires=${expiresInSeconds}${query}`,
    headers,
    datetime: now.toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    accessKeyId,
    secretAccessKey,
    region,
    service: "s3",
    signQuery: true,
  }).sign();
  return url.href;
}
