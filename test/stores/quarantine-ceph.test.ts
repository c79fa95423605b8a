/** The rights that setup prints for quarantine, on keys of Ceph that have no others. */
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { beforeAll, expect, it } from "vitest";
import type { FindingName } from "../../cli/doctor/finding.ts";
import { bucketPolicy } from "../../cli/setup/bucket-policy.ts";
import { usesOf } from "../../cli/setup/bucket-use.ts";
import { lifecycleRulesOf } from "../../cli/setup/lifecycle.ts";
import { readerPolicy, userOf, writerPolicy } from "../../cli/setup/permissions.ts";
import type { PolicyDocument } from "../../cli/setup/policy-document.ts";
import development from "../../dev/presigner.config.ts";
import { compileConfig } from "../../src/config/compile.ts";
import { ceph } from "../../src/define.ts";
import { SECRETS } from "../e2e/support/secrets.ts";
import { examine } from "../e2e/support/run-doctor.ts";
import { PEER_ENV, peer } from "./peer.ts";

const Bucket = "quarantine-rights";
/** Of test/stores/ceph.sh. */
const KEYS = {
  LOCAL_ACCESS_KEY_ID: "CEPHWRITERKEY",
  LOCAL_SECRET_ACCESS_KEY: "ceph-writer-secret",
  LOCAL_READ_ACCESS_KEY_ID: "CEPHREADERKEY",
  LOCAL_READ_SECRET_ACCESS_KEY: "ceph-reader-secret",
};
const definition = {
  ...development,
  origins: ["https://app.acme.dev"],
  stores: { local: ceph({ ...peer, bucket: Bucket }) },
  defaultPolicy: "checked",
  policies: {
    checked: development.policies["checked"],
    clip: {
      store: "local",
      key: "clips/{user}/{id}.{ext}",
      types: ["video/mp4"],
      maxBytes: "1 GB",
      multipartFrom: "8 MiB",
      quarantine: {},
    },
    photo: development.policies["photo"],
  },
};
const NAMES: readonly FindingName[] = [
  "quarantine-writer",
  "quarantine-copy",
  "quarantine-condition",
  "quarantine-delete",
];

const clientOf = (accessKeyId: string, secretAccessKey: string) =>
  new S3Client({
    endpoint: peer.endpoint,
    region: peer.region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
const owner = clientOf(PEER_ENV.LOCAL_ACCESS_KEY_ID, PEER_ENV.LOCAL_SECRET_ACCESS_KEY);
const reader = clientOf(KEYS.LOCAL_READ_ACCESS_KEY_ID, KEYS.LOCAL_READ_SECRET_ACCESS_KEY);

const [use] = usesOf(compileConfig(definition, { ...SECRETS, ...KEYS }));
if (!use) throw new Error("The configuration has no store");

/** Returns the statements of a key's policy for its user: Ceph 16.2 has them in the policy of the bucket. */
const statementsFor = (whose: "writer" | "reader", { Statement }: PolicyDocument) =>
  Statement.map((statement) => ({
    ...statement,
    Sid: `${statement.Sid}-${whose}`,
    Principal: { AWS: [`arn:aws:iam:::user/${userOf(use.store, whose)}`] },
  }));

beforeAll(async () => {
  await owner.send(new CreateBucketCommand({ Bucket }));
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      ...(bucketPolicy(use)?.Statement ?? []),
      ...statementsFor("writer", writerPolicy(use)),
      ...statementsFor("reader", readerPolicy(use)),
    ],
  });
  await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }));
});

it("are enough to promote, and let the writing key write no final key", async () => {
  const { all, verdictOf, left } = await examine(definition, KEYS);
  const others = ["put", "reading", "missing-is-404"] as const;
  const seen = all.filter(({ name }) => [...NAMES, ...others].includes(name));
  expect(seen.filter(({ verdict }) => verdict !== "good")).toEqual([]);
  expect(NAMES.map(verdictOf)).toEqual(NAMES.map(() => "good"));
  expect(left).toEqual([]);
});

it("would be told of a writing key with the rights of the bucket's owner", async () => {
  const { bad } = await examine(definition, { ...KEYS, ...PEER_ENV });
  expect(bad).toContain("quarantine-writer");
});

it("let nobody but the reading key copy, and that one to final keys alone", async () => {
  await owner.send(new PutObjectCommand({ Bucket, Key: "pending/checked/a", Body: "a" }));
  const copy = async (client: S3Client, Key: string) =>
    client
      .send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/pending/checked/a` }))
      .then(
        () => "copied",
        (error: unknown) => {
          if (error instanceof S3ServiceException) return error.name;
          throw error;
        },
      );
  expect(await copy(reader, "checked/a")).toBe("copied");
  expect(await copy(owner, "checked/b")).toBe("AccessDenied");
  expect(await copy(owner, "photos/b")).toBe("AccessDenied");
  expect(await copy(owner, "pending/checked/b")).toBe("AccessDenied");
  expect(await copy(reader, "photos/b")).toBe("AccessDenied");
  // What no policy has keys for.
  expect(await copy(owner, "elsewhere/b")).toBe("copied");
});

it("come with lifecycle rules that Ceph keeps as they were sent", async () => {
  const rules = lifecycleRulesOf(use);
  expect(rules).toMatchObject([
    {
      Filter: { Prefix: "pending/clips/" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 8 },
      Expiration: { Days: 15 },
    },
    { Filter: { Prefix: "pending/checked/" }, Expiration: { Days: 15 } },
  ]);
  const LifecycleConfiguration = { Rules: [...rules] };
  await owner.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
  const { Rules } = await owner.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
  const byId = (a: { ID?: string | undefined }, b: { ID?: string | undefined }) =>
    String(a.ID).localeCompare(String(b.ID));
  expect(Rules?.toSorted(byId)).toMatchObject(rules);
});
