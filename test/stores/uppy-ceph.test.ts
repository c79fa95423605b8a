/** Uppy 6 as it is on npm, without the helper, in Chromium: its single files are POST forms, which Ceph stores. */
import { CreateBucketCommand, PutBucketCorsCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { corsRuleOf, toS3 } from "../../cli/setup/cors.ts";
import { usesOf } from "../../cli/setup/bucket-use.ts";
import { compileConfig } from "../../src/config/compile.ts";
import { ceph } from "../../src/define.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { examine } from "../e2e/support/run-doctor.ts";
import { addressOf, type StoreAddress } from "../e2e/support/store.ts";
import { useUppy } from "../e2e/support/uppy-page.ts";
import { PEER_ENV, videoOn } from "./peer.ts";

const FORM = { key: "forms/{user}/{id}/{name}", overwrite: true, postForm: true } as const;
const SINGLE = { policy: "form", isInParts: false } as const;

/** A bucket of its own: another file changes the rules of the usual one. */
process.env["S3_BUCKET"] = "forms";

const definitionOf = ({ origin, region, bucket }: StoreAddress) => ({
  ...videoOn(ceph({ endpoint: origin, region, bucket }), FORM),
  origins: ["http://127.0.0.1:*"],
});

/** Sets the rule that setup prints for this bucket. */
async function applyRule(): Promise<void> {
  const address = addressOf("");
  const { origin, region, bucket, accessKeyId, secretAccessKey } = address;
  const client = new S3Client({
    endpoint: origin,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const [use] = usesOf(compileConfig(definitionOf(address), DEVELOPMENT_SECRETS));
  const rule = use && (await corsRuleOf(use));
  if (!rule) throw new Error("setup has no CORS rule for this bucket");
  const { AllowedMethods, AllowedOrigins, AllowedHeaders, ExposeHeaders } = toS3(rule);
  const own = {
    AllowedMethods: [...AllowedMethods],
    AllowedOrigins: [...AllowedOrigins],
    AllowedHeaders: [...AllowedHeaders],
    ExposeHeaders: [...ExposeHeaders],
  };
  const CORSConfiguration = { CORSRules: [own] };
  await client.send(new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration }));
}

beforeAll(applyRule);

describe("Uppy 6 without the helper, with the CORS rule that setup prints", () => {
  const { open, server, expectStored } = useUppy(6, "companion");

  it("sends a single file as a form, and it is stored to the byte", async () => {
    const uppy = await open(SINGLE);
    const methods: string[] = [];
    uppy.page.on("request", (request) => {
      if (request.url().startsWith(addressOf("").origin)) methods.push(request.method());
    });
    const outcome = await uppy.send("여행 사진 $5.txt", "text/plain", 5000);
    await expectStored(outcome, 5000);
    expect(methods).toEqual(["POST"]);
    const stored = await server().read(outcome.bodies[0]?.["key"] ?? "");
    expect(stored).toMatchObject({
      contentType: "text/plain",
      metadata: { album: "=?UTF-8?B?7KCc7KO8?=" },
    });
  });

  it("is what doctor finds allowed", async () => {
    const { verdictOf } = await examine(definitionOf(addressOf("")), PEER_ENV);
    expect(verdictOf("preflight")).toBe("good");
    expect(verdictOf("post-form")).toBe("good");
  });

  it("sends an empty file", async () => {
    await expectStored(await (await open(SINGLE)).send("a.txt", "text/plain", 0), 0);
  });

  it("keeps sending large files as multipart uploads", async () => {
    const uppy = await open({ policy: "page", isInParts: true });
    await expectStored(
      await uppy.send("a.bin", "application/octet-stream", 12 * 2 ** 20),
      12 * 2 ** 20,
    );
  });

  it("is told no more than a status of what is refused, and its developer finds the reason in the answer", async () => {
    const uppy = await open({ ...SINGLE, policy: "page" });
    const asked = uppy.page.waitForRequest((request) => request.url().includes("/s3/params"));
    const { errors } = await uppy.send("a.txt", "text/plain", 5);
    expect(errors).toEqual(["Companion request failed: Unprocessable Entity"]);
    // Uppy leaves the answer unread.
    const answer = await fetch((await asked).url());
    const { message } = (await answer.json()) as { readonly message: string };
    expect(message).toContain('the policy "page" has no postForm: true');
  });
});
