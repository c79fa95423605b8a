/** Which store the end-to-end tests run on, what it is, and what it cannot do. */
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { it } from "vitest";
import * as z from "zod/mini";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";

const STORES = ["embedded", "ceph", "swift", "measured"] as const;
type StoreName = (typeof STORES)[number];

/** `STORE=ceph`: what `npm run test:stores` sets. `measured`: a server that the tests do not know. */
export const STORE: StoreName = STORES.find((name) => name === process.env["STORE"]) ?? "embedded";

/** What some store cannot do, as it was measured. */
type Capability =
  | "no-overwrite"
  | "overwrites"
  | "copy-guard"
  | "copy-guard-underscored"
  | "list-parts"
  | "response-headers"
  | "ignores-sha256"
  | "bucket-rules"
  | "no-bucket-rules";

/** What `doctor` measured of a server that the tests do not know: test/stores/measure.ts. */
const measuredSchema = z.record(z.string(), z.string());

const KNOWN: Readonly<Record<StoreName, Readonly<Partial<Record<Capability, string>>>>> = {
  embedded: {
    overwrites: "it refuses to overwrite an object",
    "list-parts": "it answers 501 to ListParts, so that completion works from the client's ETags",
    "response-headers": "it ignores response-content-disposition",
    "bucket-rules": "its buckets have no CORS rules and no lifecycle",
    "no-bucket-rules": "setup is not for it",
  },
  ceph: {
    overwrites: "it refuses to overwrite an object",
    "copy-guard":
      "Ceph 16.2 copies for whoever adds x-amz-copy-source; the guard there is a key without the right to read",
    "copy-guard-underscored": "Ceph 16.2 copies for this spelling too",
    "no-bucket-rules": "it takes them",
    "ignores-sha256": "what it does with a SHA-256 is not known of every version",
  },
  swift: {
    "no-overwrite": "it answers 501 to If-None-Match, so that its policies say overwrite: true",
    "bucket-rules": "it answers 501 to PutBucketCors",
    "copy-guard-underscored": "Swift 2.30 copies for this spelling: doctor-swift.test.ts",
    "ignores-sha256": "what it does with a SHA-256 is not known of every version",
  },
  measured: measuredSchema.parse(JSON.parse(process.env["STORE_CANNOT"] ?? "{}")),
};
const CANNOT: Readonly<Partial<Record<string, string>>> = KNOWN[STORE];

/** With which status a store refuses: one that is not known chooses its own. */
export const refusals = (known: readonly number[]): readonly number[] =>
  STORE === "measured" ? [400, 401, 403, 404, 405, 409, 411, 412, 501] : known;

export function can(capability: Capability): boolean {
  return CANNOT[capability] === undefined;
}

/** A test for stores that can; for another one it is left out, and the reason is printed. */
export function itWith(capability: Capability, name: string, test: () => Promise<void>): void {
  const reason = CANNOT[capability];
  if (reason === undefined) {
    it(name, test);
    return;
  }
  // The report counts it among those that were left out, instead of saying nothing of it.
  process.stderr.write(`left out on ${STORE}: "${name}": ${reason}\n`);
  it.skip(`${name} (left out on ${STORE}: ${reason})`, test);
}

export interface StoreAddress {
  /** The origin, and the path of the bucket with its slashes. */
  readonly origin: string;
  readonly basePath: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Where the objects are, for a server at `url`. */
export function addressOf(url: string): StoreAddress {
  if (STORE === "embedded") {
    return {
      origin: url,
      basePath: "/cdn-cgi/local/r2/s3/uploads/",
      region: "auto",
      bucket: "uploads",
      accessKeyId: DEVELOPMENT_SECRETS.LOCAL_ACCESS_KEY_ID,
      secretAccessKey: DEVELOPMENT_SECRETS.LOCAL_SECRET_ACCESS_KEY,
    };
  }
  const read = (name: string) => process.env[name] ?? "";
  return {
    origin: read("S3_ENDPOINT"),
    basePath: `/${read("S3_BUCKET")}/`,
    region: read("S3_REGION"),
    bucket: read("S3_BUCKET"),
    accessKeyId: read("S3_ACCESS_KEY_ID"),
    secretAccessKey: read("S3_SECRET_ACCESS_KEY"),
  };
}

/** What the store has under a key. */
export interface Stored {
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads with the AWS SDK; `undefined` where the object is absent. */
export function createReader({
  origin,
  basePath,
  region,
  bucket,
  accessKeyId,
  secretAccessKey,
}: StoreAddress): (key: string) => Promise<Stored | undefined> {
  const client = new S3Client({
    endpoint: origin + basePath.slice(0, -`/${bucket}/`.length),
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return async (Key) => {
    try {
      const { Body, ContentType, Metadata } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key }),
      );
      return {
        bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(),
        contentType: ContentType,
        metadata: { ...Metadata },
      };
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return undefined;
      throw error;
    }
  };
}
