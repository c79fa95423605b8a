/**
 * Presigning with aws4fetch as Cloudflare documents it for R2: one client for the isolate, the path of
 * the request as the key, the host as the only signed header, and no authentication.
 * https://developers.cloudflare.com/r2/api/s3/presigned-urls/
 */
import { AwsClient } from "aws4fetch";
import { ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY } from "../identity.ts";

const r2 = new AwsClient({ accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY });

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response("Missing a filepath", { status: 400 });
    const url = new URL(`https://media.${ACCOUNT}.r2.cloudflarestorage.com`);
    url.pathname = pathname;
    url.searchParams.set("X-Amz-Expires", "3600");
    const signed = await r2.sign(new Request(url, { method: "PUT" }), {
      aws: { signQuery: true },
    });
    return new Response(signed.url, { status: 200 });
  },
};
