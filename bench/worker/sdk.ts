/**
 * The AWS SDK's presigner in Hono, with the client as Cloudflare documents it for R2. Nobody is
 * authenticated, and neither the type nor the size is checked.
 * https://developers.cloudflare.com/r2/examples/aws/aws-sdk-js-v3/
 */
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Hono } from "hono";
import { ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY } from "../identity.ts";

interface Upload {
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
}

const s3 = new S3Client({
  region: "auto",
  endpoint: `https://${ACCOUNT}.r2.cloudflarestorage.com`,
  credentials: { accessKeyId: ACCESS_KEY_ID, secretAccessKey: SECRET_ACCESS_KEY },
});

const app = new Hono();
app.post("/upload", async (c) => {
  const { filename, contentType, size } = await c.req.json<Upload>();
  const key = `photos/${crypto.randomUUID()}-${filename}`;
  const command = new PutObjectCommand({
    Bucket: "media",
    Key: key,
    ContentType: contentType,
    ContentLength: size,
  });
  return c.json({ url: await getSignedUrl(s3, command, { expiresIn: 300 }), key }, 201);
});

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default app;
