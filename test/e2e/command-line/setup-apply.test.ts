import {
  DeleteBucketPolicyCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import * as z from "zod";
import { once } from "node:events";
import { createServer } from "node:http";
import { text as readText } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spawnCommand, runOnTerminal, type Ran } from "../support/command.ts";
import { STORE, addressOf, can, itWith } from "../support/store.ts";

const CONFIG = ["--config", "test/e2e/golden/setup/peer.config.ts"];
const ORIGINS = ["https://app.acme.dev", "https://admin.acme.dev:8443"];
const {
  origin,
  region,
  bucket: Bucket,
  accessKeyId,
  secretAccessKey,
} = addressOf("http://localhost");
/** Those of the embedded store are public: no deployment takes them. */
const KEYS =
  STORE === "embedded"
    ? { PEER_ACCESS_KEY_ID: "AKIDPEER", PEER_SECRET_ACCESS_KEY: "the peer's secret" }
    : { PEER_ACCESS_KEY_ID: accessKeyId, PEER_SECRET_ACCESS_KEY: secretAccessKey };

const client = new S3Client({
  endpoint: origin,
  region,
  forcePathStyle: true,
  credentials: { accessKeyId, secretAccessKey },
});

const setup = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  spawnCommand(["setup", ...CONFIG, ...args], { ...KEYS, ...env });

/** What the store answers to a browser's question. */
async function preflight(from: string, method: string, headers: string): Promise<Response> {
  return fetch(`${origin}/${Bucket}/videos/alice/1/a.mp4`, {
    method: "OPTIONS",
    headers: {
      origin: from,
      "access-control-request-method": method,
      "access-control-request-headers": headers,
    },
  });
}

describe("setup --apply on a real store", () => {
  let refused: Ran;
  let first: Ran;
  beforeAll(async () => {
    if (!can("bucket-rules")) return;
    // What somebody else has set, and an older rule of ours behind it.
    const theirs = { AllowedOrigins: ["https://www.acme.dev"], AllowedMethods: ["GET"] };
    const old = { AllowedOrigins: ["https://old.acme.dev"], AllowedMethods: ["PUT"] };
    await client.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: {
          CORSRules: [
            { ID: "theirs", ...theirs },
            { ID: "edge-presigner", ...old },
          ],
        },
      }),
    );
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [
            {
              ID: "theirs",
              Status: "Enabled",
              Filter: { Prefix: "tmp/" },
              Expiration: { Days: 3 },
            },
          ],
        },
      }),
    );
    refused = await setup(["--apply", "--yes"]);
    first = await setup(["--apply", "--yes", "--replace"]);
  });

  itWith("bucket-rules", "replaces no rule of its name for another page unasked", async () => {
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain("CORS: failed");
    expect(refused.stdout).toContain("rules of this name for https://old.acme.dev");
    // The other step is not held up.
    expect(refused.stdout).toContain("Lifecycle: changed and verified");
  });

  itWith("bucket-rules", "shows what it changes and what stays", async () => {
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toContain("- AllowedOrigins: https://old.acme.dev");
    expect(first.stdout).toContain(`+ AllowedOrigins: ${ORIGINS.toSorted().join(", ")}`);
    expect(`${refused.stdout}${first.stdout}`.match(/kept: theirs/g)).toHaveLength(2);
  });

  itWith("bucket-rules", "leaves the rules of others, beside its own", async () => {
    const { CORSRules } = await client.send(new GetBucketCorsCommand({ Bucket }));
    expect(CORSRules?.map(({ ID }) => ID)).toEqual(["edge-presigner", "theirs"]);
    expect(CORSRules?.[1]?.AllowedOrigins).toEqual(["https://www.acme.dev"]);
    const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    const byId = new Map(Rules?.map((rule) => [rule.ID, rule]));
    expect(byId.get("theirs")?.Expiration?.Days).toBe(3);
    expect(byId.get("edge-presigner")).toMatchObject({
      Filter: { Prefix: "videos/" },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 4 },
    });
  });

  itWith("bucket-rules", "lets each page send every signed header, and read the ETag", async () => {
    const sent = "content-type,x-amz-meta-album,content-md5,x-amz-checksum-sha256";
    for (const page of ORIGINS) {
      const answer = await preflight(page, "PUT", `${sent},x-amz-sdk-checksum-algorithm`);
      expect(answer.status, page).toBe(200);
      expect(answer.headers.get("access-control-allow-origin")).toBe(page);
      expect(answer.headers.get("access-control-expose-headers")).toContain("ETag");
    }
  });

  itWith("bucket-rules", "lets no other page, header or method in", async () => {
    const [page = ""] = ORIGINS;
    expect((await preflight("https://evil.acme.dev", "PUT", "content-type")).status).toBe(403);
    expect((await preflight("https://old.acme.dev", "PUT", "content-type")).status).toBe(403);
    expect((await preflight(page, "PUT", "x-amz-copy-source")).status).toBe(403);
    expect((await preflight(page, "PUT", "x-amz-meta-other")).status).toBe(403);
    expect((await preflight(page, "DELETE", "content-type")).status).toBe(403);
    expect((await preflight(page, "GET", "content-type")).status).toBe(403);
  });

  itWith("bucket-rules", "changes nothing the second time", async () => {
    const { status, stdout } = await setup(["--apply", "--yes"]);
    expect(status).toBe(0);
    expect(stdout).toBe("✔ CORS: nothing to change\n✔ Lifecycle: nothing to change\n");
  });

  itWith("bucket-rules", "asks on a terminal, and does nothing without a yes", async () => {
    const args = ["setup", ...CONFIG, "--apply"];
    const env = { ...KEYS, SETUP_DOWNLOAD: "1" };
    const [page = ""] = ORIGINS;
    const declined = runOnTerminal(args, ["n"], env);
    expect(declined.status, declined.stdout).toBe(1);
    expect(declined.stdout).toContain("CORS: not changed");
    expect((await preflight(page, "GET", "content-type")).status).toBe(403);
    const agreed = runOnTerminal(args, ["y"], env);
    expect(agreed.status, agreed.stdout).toBe(0);
    expect((await preflight(page, "GET", "content-type")).status).toBe(200);
  });

  itWith("bucket-rules", "takes AWS's own variables before the store's pair", async () => {
    const wrong = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: "not that" };
    const { status, stdout } = await setup(["--apply", "--yes"], wrong);
    expect(status).toBe(1);
    expect(stdout).toContain("403 SignatureDoesNotMatch: the key in AWS_ACCESS_KEY_ID");
    expect(stdout).not.toContain("not that");
  });

  itWith("bucket-rules", "says that a bucket is not there", async () => {
    const { status, stdout } = await setup(["--apply", "--yes"], { S3_BUCKET: "nobodys-bucket" });
    expect(status).toBe(1);
    expect(stdout).toContain('The bucket "nobodys-bucket" does not exist: create it first.');
  });

  itWith(
    "bucket-rules",
    "keeps a PUT from becoming a copy with the printed bucket policy",
    async () => {
      const { stdout } = await setup(["--json"]);
      const { bucketPolicy } = z.object({ bucketPolicy: z.unknown() }).parse(JSON.parse(stdout));
      await client.send(new PutObjectCommand({ Bucket, Key: "secret/a", Body: "secret" }));
      await client.send(
        new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(bucketPolicy) }),
      );
      const signer = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region });
      const url = `${origin}/${Bucket}/videos/mallory/1/a.mp4?X-Amz-Expires=300`;
      const ticket = await signer.sign(url, { method: "PUT", aws: { signQuery: true } });
      const put = async (init: RequestInit) =>
        (await fetch(ticket.url, { method: "PUT", ...init })).status;
      try {
        expect(await put({ headers: { "x-amz-copy-source": `/${Bucket}/secret/a` } })).toBe(403);
        expect(await put({ body: "an ordinary file" })).toBe(200);
      } finally {
        await client.send(new DeleteBucketPolicyCommand({ Bucket }));
      }
    },
  );
});

describe("setup --apply beside the rules of others", () => {
  /** Whatever was put last, as it was put. */
  const rules = new Map<string, string>();
  const store = createServer((request, response) => {
    const kind = request.url?.includes("lifecycle") ? "lifecycle" : "cors";
    const serve = async () => {
      const body = await readText(request);
      if (request.method === "PUT") rules.set(kind, body);
      response.writeHead(200, { "content-type": "application/xml" });
      response.end(request.method === "GET" ? rules.get(kind) : "");
    };
    void serve();
  });
  let env: Readonly<Record<string, string>> = {};
  const CORS =
    "<AllowedOrigin>https://shop.acme.dev</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>";
  const cors = (id: string, more = "") =>
    `<CORSConfiguration><CORSRule><ID>${id}</ID>${CORS}${more}</CORSRule></CORSConfiguration>`;
  const lifecycle = (id: string, more = "") =>
    `<LifecycleConfiguration><Rule><ID>${id}</ID><Status>Enabled</Status><Filter><Prefix>shop/</Prefix></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload>${more}</Rule></LifecycleConfiguration>`;
  beforeAll(async () => {
    store.listen(0, "127.0.0.1");
    await once(store, "listening");
    const address = store.address();
    const port = typeof address === "object" ? address?.port : undefined;
    env = { S3_ENDPOINT: `http://127.0.0.1:${port}`, S3_REGION: "us-east-1", S3_BUCKET: "media" };
  });
  afterAll(() => {
    store.closeAllConnections();
    store.close();
  });

  it("writes back every field of theirs, also one that the SDK does not know", async () => {
    const unknown = '<FutureField><Deep a="1">7 &amp; 8</Deep></FutureField>';
    rules.set("cors", cors("theirs", unknown));
    rules.set("lifecycle", lifecycle("theirs", unknown));
    const { status, stdout } = await setup(["--apply", "--yes"], env);
    expect(status, stdout).toBe(0);
    expect(stdout.match(/kept: theirs/g)).toHaveLength(2);
    expect(rules.get("cors")).toContain(`<ID>theirs</ID>${CORS}${unknown}</CORSRule>`);
    expect(rules.get("cors")).toContain("<ID>edge-presigner</ID>");
    expect(rules.get("lifecycle")).toContain(`${unknown}</Rule>`);
    expect(rules.get("lifecycle")).toContain("<ID>edge-presigner</ID>");
    expect((await setup(["--apply", "--yes"], env)).stdout).toBe(
      "✔ CORS: nothing to change\n✔ Lifecycle: nothing to change\n",
    );
  });

  it("leaves the rules of another deployment, unless it is told to replace them", async () => {
    const before = [cors("edge-presigner"), lifecycle("edge-presigner-2")] as const;
    rules.set("cors", before[0]);
    rules.set("lifecycle", before[1]);
    const refused = await setup(["--apply", "--yes"], env);
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain("rules of this name for https://shop.acme.dev");
    expect(refused.stdout).toContain("rules of this name for shop/*");
    expect([rules.get("cors"), rules.get("lifecycle")]).toEqual(before);

    const beside = await setup(["--apply", "--yes", "--rule-id", "media-staging"], env);
    expect(beside.status, beside.stdout).toBe(0);
    for (const [kind, id] of [
      ["cors", "edge-presigner"],
      ["lifecycle", "edge-presigner-2"],
    ] as const) {
      expect(rules.get(kind)).toContain("<ID>media-staging</ID>");
      expect(rules.get(kind)).toContain(`<ID>${id}</ID>`);
    }

    const replaced = await setup(["--apply", "--yes", "--replace"], env);
    expect(replaced.status, replaced.stdout).toBe(0);
    expect(rules.get("cors")).not.toContain("shop.acme.dev");
    expect(rules.get("lifecycle")).not.toContain("shop/");
    expect(rules.get("cors")).toContain("<ID>media-staging</ID>");
  });

  it("changes nothing that it cannot write back, and takes no ID that ends with a number", async () => {
    const foreign = cors("theirs").replaceAll("CORSRule>", "s:CORSRule>");
    const prefixed = foreign.replace("<CORSConfiguration>", '<CORSConfiguration xmlns:s="x">');
    rules.set("cors", prefixed);
    const { status, stdout } = await setup(["--apply", "--yes"], env);
    expect(status).toBe(1);
    expect(stdout).toContain("did not send its rules in the form of AWS");
    expect(rules.get("cors")).toBe(prefixed);
    const numbered = await setup(["--apply", "--yes", "--rule-id", "edge-presigner-2"], env);
    expect(numbered).toMatchObject({ status: 2, stdout: "" });
    expect(numbered.stderr).toContain("no number at the end");
  });
});

describe("setup --apply on a store that refuses", () => {
  itWith("no-bucket-rules", "says what the store does not have", async () => {
    const { status, stdout } = await setup(["--apply", "--yes"]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/CORS: failed\n {2}! .* answered 501/);
  });

  it.for([
    [403, "AccessDenied", "needs the permissions s3:GetBucketCORS and s3:PutBucketCORS"],
    [501, "NotImplemented", "it does not support these rules in the S3 API"],
  ] as const)("says what to do about %i", async ([status, code, says]) => {
    const store = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { "content-type": "application/xml" });
      response.end(`<Error><Code>${code}</Code><Message>No</Message></Error>`);
    }).listen(0, "127.0.0.1");
    await once(store, "listening");
    const address = store.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const server = {
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_REGION: "us-east-1",
      S3_BUCKET: "media",
    };
    const ran = await setup(["--apply", "--yes"], server);
    store.close();
    expect(ran.status).toBe(1);
    expect(ran.stdout).toContain(says);
  });

  it("needs --yes without a terminal, and a key in any case", async () => {
    const server = {
      S3_ENDPOINT: "http://127.0.0.1:1",
      S3_REGION: "us-east-1",
      S3_BUCKET: "media",
    };
    expect(await setup(["--apply"], server)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Add --yes") as string,
    });
    const keyless = { ...server, PEER_ACCESS_KEY_ID: "", AWS_ACCESS_KEY_ID: "" };
    expect(await setup(["--apply", "--yes"], keyless)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") as string,
    });
    expect((await setup(["--apply", "--yes"], server)).stdout).toContain(
      "did not answer (ECONNREFUSED)",
    );
  });
});
