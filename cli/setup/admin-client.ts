/** Creates an S3 client that can change the settings of a bucket. */
import { createHash } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import { InvalidArgumentError } from "commander";
import * as z from "zod/mini";
import type { Store } from "../../src/store/store.ts";
import { endpointOf } from "./endpoint.ts";
import { readSecret, type Env, type Secret } from "../../src/secret.ts";

export interface Administrator {
  readonly client: S3Client;
  /** The name of the environment variable with its access key id. */
  readonly found: string;
}

/**
 * Returns a client with the key pair of `AWS_ACCESS_KEY_ID` or, without one, the writing key pair of
 * the store. Throws `InvalidArgumentError` if the environment has neither.
 */
export function createAdministrator(store: Store, env: Env): Administrator {
  const own = store.credentials.accessKeyId.name.replace(/_ACCESS_KEY_ID$/, "");
  for (const prefix of ["AWS", own]) {
    const id = readSecret(env, `${prefix}_ACCESS_KEY_ID`);
    const secret = readSecret(env, `${prefix}_SECRET_ACCESS_KEY`);
    const token = readSecret(env, `${prefix}_SESSION_TOKEN`);
    if (id && secret)
      return { client: connect(store, { id, secret, token }), found: `${prefix}_ACCESS_KEY_ID` };
  }
  throw new InvalidArgumentError(
    `Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key that can change the bucket "${store.bucket}", or set ${own}_ACCESS_KEY_ID and ${own}_SECRET_ACCESS_KEY (--secrets-file reads them from a file).`,
  );
}

interface Pair {
  readonly id: Secret;
  readonly secret: Secret;
  readonly token: Secret | undefined;
}

function connect(store: Store, { id, secret, token }: Pair): S3Client {
  const client = new S3Client({
    endpoint: endpointOf(store),
    region: store.region,
    forcePathStyle: store.ownBasePath !== "/",
    maxAttempts: 2,
    credentials: {
      accessKeyId: id.reveal(),
      secretAccessKey: secret.reveal(),
      ...(token && { sessionToken: token.reveal() }),
    },
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = bodied.safeParse(args.request);
      return next(request.success ? { ...args, request: withMd5(request.data) } : args);
    },
    { name: "contentMd5", step: "build", priority: "low" },
  );
  return client;
}

const bodied = z.looseObject({ body: z.string(), headers: z.record(z.string(), z.string()) });

/** Returns the request with Content-MD5 instead of the checksum of the SDK: old servers require it, and R2 documents no other. */
function withMd5(request: z.output<typeof bodied>): object {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !/^x-amz-(sdk-)?checksum-/i.test(name)),
  );
  const md5 = createHash("md5").update(request.body).digest("base64");
  return { ...request, headers: { ...headers, "content-md5": md5 } };
}
