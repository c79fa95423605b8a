/**
 * Credentials for one prefix from Ceph's own STS, used by the AWS SDK. Ceph of this test gives sessions of any
 * length (`rgw sts min session duration`); its default is 900 seconds, as that of AWS.
 */
import { setTimeout as wait } from "node:timers/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import development from "../../dev/presigner.config.ts";
import { compileConfig } from "../../src/config/compile.ts";
import { ceph } from "../../src/define.ts";
import { Secret } from "../../src/secret.ts";
import { assumeRole } from "../../src/store/assume-role.ts";
import { sessionPolicy } from "../../src/store/session-policy.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { startWorker } from "../e2e/support/record-failures.ts";
import { addressOf } from "../e2e/support/store.ts";
import { peer } from "./peer.ts";

const { accessKeyId, secretAccessKey, bucket: Bucket } = addressOf("");
const read = (name: string) => process.env[name] ?? "";
const roleArn = read("S3_ROLE_ARN");
const SECRETS = {
  MEDIA_ACCESS_KEY_ID: accessKeyId,
  MEDIA_SECRET_ACCESS_KEY: secretAccessKey,
  MEDIA_SCOPED_ACCESS_KEY_ID: read("S3_SCOPED_ACCESS_KEY_ID"),
  MEDIA_SCOPED_SECRET_ACCESS_KEY: read("S3_SCOPED_SECRET_ACCESS_KEY"),
};
const credentials = { actions: ["read", "write"], expiresIn: "15 min", roleArn } as const;
const config = {
  ...development,
  revocations: false,
  stores: { ...development.stores, media: ceph(peer) },
  policies: {
    ...development.policies,
    sync: { store: "media", key: "sync/{user}/", credentials },
  },
};

interface Given {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
interface Answer extends Given {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly addressing: string;
  readonly expiresIn: number;
}

/** The SDK, set up with an answer and nothing else. */
const clientOf = (given: Given, { endpoint = peer.endpoint, region = peer.region } = {}) =>
  new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: given,
    // Ceph 16 knows no checksums of this kind.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });

async function askForCredentials(actions?: readonly string[]): Promise<Answer> {
  const ask = startWorker({ fetch }, SECRETS, config);
  const { answer } = await ask("POST", "/v1/credentials", {
    policy: "sync",
    ...(actions && { actions }),
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body as Answer;
}

/** What a request is refused with. */
const refusalOf = async (sent: Promise<unknown>) =>
  sent.then(
    () => "accepted",
    (error: unknown) => (error as Error).name,
  );

const owner = clientOf({ accessKeyId, secretAccessKey });
const Body = "hello";
const OWN = "sync/alice/a.txt";
/** Beside the prefix of alice: another user's, one that only starts alike, and the folder itself. */
const BESIDE = ["sync/bob/b.txt", "sync/alice2/b.txt", "sync/b.txt", "photos/alice/b.txt"] as const;

beforeAll(async () => {
  for (const Key of BESIDE) await owner.send(new PutObjectCommand({ Bucket, Key, Body }));
});

describe("credentials for one prefix, on Ceph", () => {
  it("say where they are valid, and the SDK needs no more", async () => {
    const answer = await askForCredentials();
    expect(answer).toMatchObject({ prefix: "sync/alice/", bucket: Bucket, addressing: "path" });
    expect(answer.expiresIn).toBeGreaterThan(890);
    expect(answer.expiresIn).toBeLessThanOrEqual(900);
    const client = clientOf(answer, answer);
    const Key = `${answer.prefix}a.txt`;
    await client.send(new PutObjectCommand({ Bucket: answer.bucket, Key, Body }));
    const { Contents } = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix: answer.prefix, Delimiter: "/" }),
    );
    expect(Contents?.map((one) => one.Key)).toContain(Key);
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe(Body);
    await client.send(
      new CopyObjectCommand({ Bucket, Key: `${Key}2`, CopySource: `${Bucket}/${Key}` }),
    );
    await client.send(new DeleteObjectCommand({ Bucket, Key: `${Key}2` }));
  });

  it("upload in parts, list them, and abort", async () => {
    const client = clientOf(await askForCredentials());
    const Key = "sync/alice/parts";
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const part = { Bucket, Key, UploadId, PartNumber: 1 };
    const { ETag } = await client.send(new UploadPartCommand({ ...part, Body }));
    const { Parts } = await client.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(Parts).toHaveLength(1);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }),
    );
    const other = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
  });

  it.for(BESIDE)("neither read, write, delete, nor copy %s", async (Key) => {
    const client = clientOf(await askForCredentials());
    const CopySource = `${Bucket}/${Key}`;
    const refusals = await Promise.all(
      [
        client.send(new GetObjectCommand({ Bucket, Key })),
        client.send(new PutObjectCommand({ Bucket, Key, Body: "evil" })),
        client.send(new DeleteObjectCommand({ Bucket, Key })),
        client.send(new CreateMultipartUploadCommand({ Bucket, Key })),
        client.send(new CopyObjectCommand({ Bucket, Key: OWN, CopySource })),
        client.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/${OWN}` })),
      ].map(refusalOf),
    );
    expect(refusals).toEqual(refusals.map(() => "AccessDenied"));
    const Delete = { Objects: [{ Key }] };
    await refusalOf(client.send(new DeleteObjectsCommand({ Bucket, Delete })));
    const kept = await owner.send(new GetObjectCommand({ Bucket, Key }));
    expect(await kept.Body?.transformToString()).toBe(Body);
  });

  it.for(["", "sync/", "sync/alice", "sync/bob/", "sync/alice2/"])(
    "do not list the prefix %j",
    async (Prefix) => {
      const client = clientOf(await askForCredentials());
      const lists = [
        client.send(new ListObjectsV2Command({ Bucket, Prefix })),
        client.send(new ListObjectsCommand({ Bucket, Prefix, Delimiter: "/" })),
      ];
      expect(await Promise.all(lists.map(refusalOf))).toEqual(["AccessDenied", "AccessDenied"]);
    },
  );

  it("do not change the bucket, though the role may", async () => {
    const client = clientOf(await askForCredentials());
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    expect(await refusalOf(client.send(new PutBucketPolicyCommand({ Bucket, Policy })))).toBe(
      "AccessDenied",
    );
  });

  it("only read, or only write, where that is all that was asked for", async () => {
    const reader = clientOf(await askForCredentials(["read"]));
    const writer = clientOf(await askForCredentials(["write"]));
    await writer.send(new PutObjectCommand({ Bucket, Key: OWN, Body }));
    await reader.send(new GetObjectCommand({ Bucket, Key: OWN }));
    const refused = [
      reader.send(new PutObjectCommand({ Bucket, Key: OWN, Body })),
      reader.send(new DeleteObjectCommand({ Bucket, Key: OWN })),
      writer.send(new GetObjectCommand({ Bucket, Key: OWN })),
      writer.send(new ListObjectsV2Command({ Bucket, Prefix: "sync/alice/" })),
    ];
    expect(await Promise.all(refused.map(refusalOf))).toEqual(refused.map(() => "AccessDenied"));
  });

  it("are nothing without their session token", async () => {
    const { accessKeyId: id, secretAccessKey: secret } = await askForCredentials();
    const client = clientOf({ accessKeyId: id, secretAccessKey: secret });
    const sent = client.send(new GetObjectCommand({ Bucket, Key: OWN }));
    expect(await refusalOf(sent)).toBe("AccessDenied");
  });

  it("come from a pair that neither writes, lists nor reads by itself what others have stored", async () => {
    const client = clientOf({
      accessKeyId: SECRETS.MEDIA_SCOPED_ACCESS_KEY_ID,
      secretAccessKey: SECRETS.MEDIA_SCOPED_SECRET_ACCESS_KEY,
    });
    const [Key] = BESIDE;
    const sent = [
      client.send(new PutObjectCommand({ Bucket, Key: OWN, Body })),
      client.send(new ListObjectsV2Command({ Bucket, Prefix: "sync/alice/" })),
      client.send(new GetObjectCommand({ Bucket, Key })),
    ];
    expect(await Promise.all(sent.map(refusalOf))).toEqual(sent.map(() => "AccessDenied"));
  });

  it("are refused when they have expired", async () => {
    const store = compileConfig(config, {
      ...DEVELOPMENT_SECRETS,
      ...SECRETS,
    }).credentialPolicies.get("sync")?.store;
    if (!store) throw new Error("There is no policy");
    const parent = {
      accessKeyId: new Secret("ID", SECRETS.MEDIA_SCOPED_ACCESS_KEY_ID),
      secretAccessKey: new Secret("KEY", SECRETS.MEDIA_SCOPED_SECRET_ACCESS_KEY),
      sessionToken: undefined,
    };
    const scope = { partition: "aws", bucket: Bucket, prefix: "sync/alice/" };
    const role = {
      roleArn,
      sessionName: "alice",
      sessionPolicy: sessionPolicy({ ...scope, actions: ["read", "write"] }) ?? "",
      durationSeconds: 3,
    };
    const signer = createSigner(parent, { region: store.region, service: "sts" });
    const client = clientOf(await assumeRole(store, role, { signer, now: Date.now, fetch }));
    await client.send(new PutObjectCommand({ Bucket, Key: OWN, Body }));
    await wait(4500);
    expect(await refusalOf(client.send(new GetObjectCommand({ Bucket, Key: OWN })))).not.toBe(
      "accepted",
    );
  });
});
