/** The same with a client for each request, as where the keys are read from `env` in the handler. */
import { AwsClient } from "aws4fetch";
import { ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY } from "../identity.ts";

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default {
  async fetch(request: Request): Promise<Response> {
    const r2 = new AwsClient({ accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY });
    const url = new URL(`https://media.${ACCOUNT}.r2.cloudflarestorage.com`);
    url.pathname = new URL(request.url).pathname;
    url.searchParams.set("X-Amz-Expires", "3600");
    const signed = await r2.sign(new Request(url, { method: "PUT" }), {
      aws: { signQuery: true },
    });
    return new Response(signed.url, { status: 200 });
  },
};
