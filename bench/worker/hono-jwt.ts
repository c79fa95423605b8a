/**
 * What an app writes itself: Hono's own JWT middleware, the JSON body, and aws4fetch with the headers
 * of the upload signed. The type and the size are not checked.
 */
import { AwsClient } from "aws4fetch";
import { Hono } from "hono";
import { jwt, type JwtVariables } from "hono/jwt";
import {
  ACCESS_KEY_ID,
  ACCOUNT,
  AUDIENCE,
  AUTH_SECRET,
  SECRET_ACCESS_KEY,
  SHARED_ISSUER,
} from "../identity.ts";

interface Upload {
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
}

const r2 = new AwsClient({
  service: "s3",
  region: "auto",
  accessKeyId: ACCESS_KEY_ID,
  secretAccessKey: SECRET_ACCESS_KEY,
});

const app = new Hono<{ Variables: JwtVariables<{ readonly sub: string }> }>();
const verification = { iss: SHARED_ISSUER, aud: AUDIENCE };
app.use("/upload", jwt({ secret: AUTH_SECRET, alg: "HS256", verification }));
app.post("/upload", async (c) => {
  const { filename, contentType, size } = await c.req.json<Upload>();
  const key = `photos/${c.get("jwtPayload").sub}/${crypto.randomUUID()}-${filename}`;
  const url = new URL(`https://media.${ACCOUNT}.r2.cloudflarestorage.com/${key}`);
  url.searchParams.set("X-Amz-Expires", "300");
  const headers = { "content-type": contentType, "content-length": String(size) };
  const signed = await r2.sign(new Request(url, { method: "PUT", headers }), {
    aws: { signQuery: true, allHeaders: true },
  });
  return c.json({ url: signed.url, key }, 201);
});

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default app;
