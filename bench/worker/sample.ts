/**
 * Presigning as Cloudflare documents it for R2 with aws4fetch: a client for each request, the host
 * as the only signed header, and no authentication.
 * https://developers.cloudflare.com/r2/api/s3/presigned-urls/
 */
import { AwsClient } from "aws4fetch";

const BUCKET = "https://uploads.0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com";

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default {
  async fetch(request: Request): Promise<Response> {
    const client = new AwsClient({
      accessKeyId: "development-only-key",
      secretAccessKey: "development-only-secret",
    });
    const url = new URL(BUCKET);
    url.pathname = new URL(request.url).pathname;
    url.searchParams.set("X-Amz-Expires", "3600");
    const signed = await client.sign(new Request(url, { method: "PUT" }), {
      aws: { signQuery: true },
    });
    return new Response(signed.url);
  },
};
