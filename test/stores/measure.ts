/** Measures a server that the tests do not know, with `doctor`: what it cannot do, and which settings it needs. */
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ceph, compatible, minio } from "../../src/define.ts";
import type { Setting } from "../../cli/doctor/finding.ts";
import type { StoreAddress } from "../e2e/support/store.ts";
import { examine, type Seen } from "../e2e/support/run-doctor.ts";
import { PEER_ENV, peer, videoOn } from "./peer.ts";

/** The providers with an `endpoint` of their own. */
export const MEASURABLE = { ceph, compatible, minio } as const;
export type Measurable = keyof typeof MEASURABLE;

export interface Measured {
  readonly setting: Setting;
  /** Why tests are left out, by capability. */
  readonly cannot: Readonly<Record<string, string>>;
  readonly hasMultipart: boolean;
}

/** Nothing can be tested. The message says why, and what to do. */
export class Unusable extends Error {
  override readonly name = "Unusable";
}

/** Throws `Unusable` if the store refuses an unchanged ticket. */
export async function measureStore(provider: Measurable, address: StoreAddress): Promise<Measured> {
  const make = MEASURABLE[provider];
  const tried = async (setting: Setting): Promise<Seen> => {
    const overwrite = setting.capabilities?.noOverwrite === false;
    return examine(videoOn(make({ ...peer, ...setting }), { overwrite, minBytes: 0 }), PEER_ENV);
  };
  const first = await tried({});
  // Settings that are needed before the rest can be measured.
  const setting = { ...first.setting };
  const { all, verdictOf, ...second } = await tried(setting);
  if (verdictOf("put") !== "good") {
    const told = all.filter(({ verdict }) => verdict === "bad");
    throw new Unusable(told.map(({ message, fix }) => `${message}: ${fix}`).join("\n"));
  }
  const messageOf = (...names: readonly string[]) =>
    all.find(({ name, verdict }) => names.includes(name) && verdict !== "good")?.message;
  const copied = messageOf("copy-source", "copy-source-on-part");
  const isOnlyUnderscored = copied?.includes("x_amz_copy_source") ?? false;
  const reasons = {
    "no-overwrite": messageOf("second-write"),
    "copy-guard": isOnlyUnderscored ? undefined : copied,
    "copy-guard-underscored": copied,
    "list-parts": messageOf("list-parts"),
    "response-headers": (await appliesResponseHeaders(address))
      ? undefined
      : "it ignores response-content-disposition",
    "ignores-sha256": "its tests are for the embedded store",
    "bucket-rules": "doctor does not change the rules of a bucket",
    "no-bucket-rules": "doctor does not change the rules of a bucket",
  };
  const cannot = Object.fromEntries(
    Object.entries(reasons).flatMap(([name, reason]) =>
      reason === undefined ? [] : [[name, reason]],
    ),
  );
  return {
    setting: { ...setting, ...second.setting },
    cannot,
    hasMultipart: verdictOf("multipart") === "good",
  };
}

async function appliesResponseHeaders({
  origin,
  region,
  bucket: Bucket,
  accessKeyId,
  secretAccessKey,
}: StoreAddress): Promise<boolean> {
  const client = new S3Client({
    endpoint: origin,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const Key = `edge-presigner-tests/${crypto.randomUUID()}`;
  await client.send(new PutObjectCommand({ Bucket, Key, Body: "a" }));
  const ResponseContentDisposition = "attachment";
  const answer = await client.send(
    new GetObjectCommand({ Bucket, Key, ResponseContentDisposition }),
  );
  await answer.Body?.transformToString();
  return answer.ContentDisposition === ResponseContentDisposition;
}
