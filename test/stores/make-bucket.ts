/** Creates the bucket of a store that was just started, as soon as it answers. */
import { setTimeout as wait } from "node:timers/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";

const LIMIT_MS = 30_000;
const AGAIN_MS = 200;
/** What a store answers that is still starting, or has the bucket already. */
const EXISTS = new Set(["BucketAlreadyExists", "BucketAlreadyOwnedByYou"]);

const read = (name: string) => process.env[name] ?? "";
const client = new S3Client({
  endpoint: read("S3_ENDPOINT"),
  region: read("S3_REGION"),
  forcePathStyle: true,
  maxAttempts: 1,
  credentials: {
    accessKeyId: read("S3_ACCESS_KEY_ID"),
    secretAccessKey: read("S3_SECRET_ACCESS_KEY"),
  },
});

const deadline = Date.now() + LIMIT_MS;
for (;;) {
  try {
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    await client.send(new CreateBucketCommand({ Bucket: read("S3_BUCKET") }));
    break;
  } catch (error) {
    if (error instanceof Error && EXISTS.has(error.name)) break;
    if (Date.now() > deadline) throw error;
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    await wait(AGAIN_MS);
  }
}
