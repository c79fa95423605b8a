/** What a revocation aborts in a store that lists its open multipart uploads: as Ceph and the AWS SDK see it. */
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintDevelopmentAdminToken } from "../../cli/mint.ts";
import { call, startFixture, tokenFor, type Server } from "../e2e/support/server.ts";

/** More than a page of them. */
const COUNT = 310;

let server: Server;
let store: S3Client;
beforeAll(async () => {
  server = await startFixture();
  const { origin, region, accessKeyId, secretAccessKey } = server.store;
  const credentials = { accessKeyId, secretAccessKey };
  store = new S3Client({ endpoint: origin, region, forcePathStyle: true, credentials });
});
afterAll(async () => server.close());

const bucket = () => server.store.bucket;
const open = async (key: string) =>
  store.send(new CreateMultipartUploadCommand({ Bucket: bucket(), Key: key }));

async function openKeys(prefix: string): Promise<readonly string[]> {
  const { Uploads = [] } = await store.send(
    new ListMultipartUploadsCommand({ Bucket: bucket(), Prefix: prefix }),
  );
  return Uploads.map(({ Key = "" }) => Key).toSorted();
}

const VIDEO = { filename: "a.mp4", contentType: "video/mp4", size: 9_000_000, multipart: true };
const create = async (token: string, policy: string) =>
  call(server, token, "POST", "/v1/uploads", { ...VIDEO, policy });

async function revoke(user: string): Promise<Readonly<Record<string, unknown>>> {
  const token = await mintDevelopmentAdminToken("operator", 60);
  const answer = await call(server, token, "POST", "/v1/admin/revocations", { user });
  expect(answer.status).toBe(201);
  return answer.body["multipartUploads"] as Readonly<Record<string, unknown>>;
}

describe("revoking a user", () => {
  it("aborts what the ledger knows and what only the store knows, and nobody else's", async () => {
    const user = "rita & <co> / 여행";
    for (const policy of ["video", "clip"]) {
      expect((await create(tokenFor(user), policy)).status).toBe(201);
      expect((await create(tokenFor("mia"), policy)).status).toBe(201);
    }
    const mias = await openKeys("videos/mia/");
    expect(mias).toHaveLength(1);
    expect(await revoke(user)).toMatchObject({ aborted: 2, failed: 0, hasMore: false });
    expect(await openKeys("videos/rita")).toEqual([]);
    expect(await openKeys("clips/rita")).toEqual([]);
    expect(await openKeys("videos/mia/")).toEqual(mias);
    expect(await openKeys("clips/mia/")).toHaveLength(1);
  });

  it("reads every page of the store, and goes on where one request ends", async () => {
    for (let first = 0; first < COUNT; first += 10)
      await Promise.all(
        Array.from({ length: 10 }, async (_, index) => open(`videos/uma/${first + index}.mp4`)),
      );
    await open("videos/uma2/1.mp4");
    const reports = [];
    do reports.push(await revoke("uma"));
    while (reports.at(-1)?.["hasMore"] === true && reports.length < 10);
    expect(reports.map(({ aborted }) => aborted)).toEqual([100, 100, 100, 10]);
    expect(await openKeys("videos/uma/")).toEqual([]);
    expect(await openKeys("videos/uma2/")).toEqual(["videos/uma2/1.mp4"]);
  });
});
