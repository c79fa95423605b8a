/** POST forms: what `/s3/params` answers version 6 without the helper. */
import { S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { at, expectProblem, send } from "../../support/fake-store.ts";
import { NOW, type TestWorker } from "../../support/start-worker.ts";
import { FILE, getParams, start } from "../../support/uppy-client.ts";

interface Form {
  readonly method: string;
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly id: string;
}
type Condition = Readonly<Record<string, string>> | readonly unknown[];

afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

/** As version 6 asks: with no token but the one in the path, and for any type. */
async function getForm(
  worker: TestWorker,
  meta: Readonly<Record<string, string>>,
  filename = "a.mp4",
): Promise<Response> {
  const query = new URLSearchParams({ ...FILE, filename });
  for (const [name, value] of Object.entries({ policy: "form", size: "5", ...meta }))
    query.set(`metadata[${name}]`, value);
  return send(worker, "GET", `/s3/params?${query.toString()}`);
}

const policyOf = ({ fields }: Form) =>
  JSON.parse(
    new TextDecoder().decode(
      Uint8Array.from(atob(fields["Policy"] ?? ""), (byte) => byte.charCodeAt(0)),
    ),
  ) as { readonly expiration: string; readonly conditions: readonly Condition[] };

describe("a POST form", () => {
  it("is for one key, one type, one length and the metadata that was granted", async () => {
    const response = await getForm(start().worker, { album: "제주", size: "5", evil: "x" });
    expect(response.status).toBe(200);
    const form = await response.json<Form>();
    const key = "forms/alice/00000000-0000-4000-8000-000000000002/a.mp4";
    const text = expect.any(String) as string;
    const fields = {
      key,
      bucket: "acme-media",
      "content-type": "video/mp4",
      "cache-control": "no-cache",
      "x-amz-meta-album": "=?UTF-8?B?7KCc7KO8?=",
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": "AKIDMEDIA/20261122/ap-northeast-2/s3/aws4_request",
      "X-Amz-Date": "20261122T070000Z",
    };
    expect(form).toEqual({
      method: "POST",
      url: "https://acme-media.s3.ap-northeast-2.amazonaws.com/",
      fields: { ...fields, Policy: text, "X-Amz-Signature": text },
      id: text,
    });
    const { conditions, expiration } = policyOf(form);
    const { Policy: _, "X-Amz-Signature": __, ...pinned } = form.fields;
    expect(conditions).toEqual([
      ...Object.entries(pinned).map(([name, value]) => ({ [name]: value })),
      ["content-length-range", 5, 5],
    ]);
    expect(Date.parse(expiration)).toBe(NOW + 300_000);
  });

  it("is the AWS SDK's: its conditions, its fields and its address", async () => {
    const form = await (await getForm(start().worker, {}, "여행 $5.mp4")).json<Form>();
    const credentials = { accessKeyId: "AKIDMEDIA", secretAccessKey: "x" };
    const client = new S3Client({ region: "ap-northeast-2", credentials });
    vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
    const sdk = await createPresignedPost(client, {
      Bucket: "acme-media",
      Key: form.fields["key"] ?? "",
      Fields: { "content-type": "video/mp4", "cache-control": "no-cache" },
      Expires: 300,
    });
    expect(new URL(sdk.url)).toEqual(new URL(form.url));
    const unsigned = { Policy: "", "X-Amz-Signature": "" };
    expect({ ...form.fields, ...unsigned }).toEqual({ ...sdk.fields, ...unsigned });
  });

  it("has the address of the bucket where the bucket is in the path", async () => {
    const form = await (await getForm(start().worker, { policy: "form-plain" })).json<Form>();
    expect(form.url).toBe("https://rgw.example.com/acme-plain/");
    expect(form.fields["bucket"]).toBe("acme-plain");
  });

  it("has a session token as a field, where the store has one", async () => {
    const { worker } = start(undefined, { MEDIA_SESSION_TOKEN: "token/of+session" });
    const form = await (await getForm(worker, {})).json<Form>();
    expect(form.fields["X-Amz-Security-Token"]).toBe("token/of+session");
    expect(policyOf(form).conditions).toContainEqual({
      "X-Amz-Security-Token": "token/of+session",
    });
  });

  it("has the file's name in NFC, as a Mac does not write it", async () => {
    const name = "여행 사진.mp4";
    const form = await (await getForm(start().worker, {}, name.normalize("NFD"))).json<Form>();
    expect(form.fields["key"]).toMatch(new RegExp(`/${name}$`));
    expect(policyOf(form).conditions).toContainEqual({ key: form.fields["key"] });
  });

  it("is none for versions 4 and 5, which can send a PUT", async () => {
    const response = await getParams(start().worker, { size: "5", policy: "form" });
    expect(await response.json()).toMatchObject({ method: "PUT" });
  });

  it("is none on the other routes", async () => {
    const { worker } = start();
    const body = { policy: "form", filename: "a.mp4", contentType: "video/mp4", size: 5 };
    const upload = await send(worker, "POST", "/v1/uploads", { body });
    expect(await upload.json()).toMatchObject({ method: "PUT" });
  });

  it("is counted by the quota, and can be completed", async () => {
    const { worker } = start(undefined, { LEDGER: env.LEDGER });
    const metered = { policy: "form-metered" };
    const { id } = await (await getForm(worker, metered)).json<Form>();
    const found = await send(worker, "GET", `/v1/uploads/${encodeURIComponent(id)}`);
    expect(await found.json()).toMatchObject({ status: "pending", size: 5 });
    expect((await getForm(worker, metered)).status).toBe(200);
    await expectProblem(await getForm(worker, metered), 429, "quota-exceeded");
  });

  it("needs the size, and says how to send it", async () => {
    const query = new URLSearchParams({ ...FILE, "metadata[policy]": "form" });
    const response = await send(start().worker, "GET", `/s3/params?${query.toString()}`);
    await expectProblem(response, 422, "size-required", {
      message: expect.stringContaining("uppy.setFileMeta(file.id, { size: file.size })") as string,
    });
  });

  it.for([
    ["in a name", "${filename}.mp4", {}, "/filename"],
    ["that no store has yet", "${x}.mp4", {}, "/filename"],
    ["in a value", "a.mp4", { album: "${filename}" }, "/metadata"],
  ] as const)("refuses a variable of forms %s", async ([, filename, meta, pointer]) => {
    const response = await getForm(start().worker, meta, filename);
    await expectProblem(response, 422, "invalid-request", at(pointer));
  });

  it("reserves nothing for one that is refused", async () => {
    const { worker } = start(undefined, { LEDGER: env.LEDGER });
    const metered = { policy: "form-metered" };
    const refusals = [1, 2, 3].map(async () => getForm(worker, metered, "${filename}.mp4"));
    for (const { status } of await Promise.all(refusals)) expect(status).toBe(422);
    expect((await getForm(worker, metered)).status).toBe(200);
  });

  it("is not signed under another policy: the answer names what to set", async () => {
    const response = await getForm(start().worker, { policy: "draft" });
    await expectProblem(response, 422, "invalid-request", {
      message: expect.stringMatching(/shouldUseMultipart.*"draft" has no postForm: true/) as string,
    });
  });
});
