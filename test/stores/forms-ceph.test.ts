/** POST forms of the Worker, which Ceph reads: what they are for, and what an attacker makes of them. */
import { setTimeout as wait } from "node:timers/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, startFixture, tokenFor, type Server } from "../e2e/support/server.ts";
import { sendForm, type Change, type Form } from "./form.ts";

const REDIRECT = "https://evil.example/";
const TAGS = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";

let server: Server;
beforeAll(async () => void (server = await startFixture()));
afterAll(async () => server.close());

/** As Uppy 6 asks without its helper. */
async function getForm(filename = "a.txt", { policy = "form", size = 5 } = {}): Promise<Form> {
  const query = new URLSearchParams({
    filename,
    type: "text/plain",
    "metadata[size]": String(size),
    "metadata[policy]": policy,
    "metadata[album]": "제주",
  });
  const response = await fetch(
    `${server.url}/uppy/${tokenFor("alice")}/s3/params?${query.toString()}`,
  );
  expect(response.status).toBe(200);
  return (await response.json()) as Form;
}

function clientOf({ store }: Server): S3Client {
  const { origin, region, accessKeyId, secretAccessKey } = store;
  const credentials = { accessKeyId, secretAccessKey };
  return new S3Client({ endpoint: origin, region, forcePathStyle: true, credentials });
}

const keyOf = ({ fields }: Form) => fields["key"] ?? "";

describe("a form", () => {
  it.for([
    "a.txt",
    "여행 사진.txt",
    "여행 사진.txt".normalize("NFD"),
    "😀 $5 'a' \"b\" & <c> +%20#?.txt",
    "$key.txt",
  ])("stores its file under its key, with all that was granted: %s", async (name) => {
    const form = await getForm(name);
    expect(await sendForm(form)).toMatchObject({ status: 204 });
    expect(keyOf(form)).toMatch(/^forms\/alice\/[\w-]{36}\//);
    expect(keyOf(form).endsWith(`/${name.normalize("NFC")}`)).toBe(true);
    expect(await server.read(keyOf(form))).toEqual({
      bytes: bytesOf("hello"),
      contentType: "text/plain",
      metadata: { album: "=?UTF-8?B?7KCc7KO8?=" },
    });
  });

  it("stores an empty file", async () => {
    const form = await getForm("empty.txt", { size: 0 });
    expect(await sendForm(form, { body: "" })).toMatchObject({ status: 204 });
    expect((await server.read(keyOf(form)))?.bytes).toHaveLength(0);
  });

  it("is none with a variable in its key, though the browser tells another name", async () => {
    const query = new URLSearchParams({
      filename: "${filename}.txt",
      type: "text/plain",
      "metadata[size]": "5",
      "metadata[policy]": "form",
    });
    const url = `${server.url}/uppy/${tokenFor("alice")}/s3/params?${query.toString()}`;
    expect(await (await fetch(url)).json()).toMatchObject({ status: 422, code: "invalid-request" });
  });

  it("can be sent again, and replaces the object: so its policy says overwrite: true", async () => {
    const form = await getForm();
    expect(await sendForm(form)).toMatchObject({ status: 204 });
    expect(await sendForm(form, { body: "HELLO" })).toMatchObject({ status: 204 });
    expect((await server.read(keyOf(form)))?.bytes).toEqual(bytesOf("HELLO"));
  });

  it("is of no use after its expiry", async () => {
    const form = await getForm("late.txt", { policy: "short-form" });
    await wait(3500);
    expect(await sendForm(form)).toMatchObject({ status: 403 });
    expect(await server.read(keyOf(form))).toBeUndefined();
  });
});

/** Each with what Ceph answers. */
const ATTACKS: readonly (readonly [string, Change, number])[] = [
  ["another key", { fields: { key: "forms/bob/a.txt" } }, 403],
  ["a second key", { fields: { Key: "forms/bob/a.txt" } }, 403],
  ["a longer file", { body: "hello, store" }, 400],
  ["a shorter file", { body: "he" }, 400],
  ["no file", { body: "" }, 400],
  ["another type", { fields: { "content-type": "text/html" } }, 403],
  ["no type", { without: "content-type", type: "text/html" }, 403],
  ["an ACL", { fields: { acl: "public-read" } }, 403],
  ["an ACL as a header has it", { fields: { "x-amz-acl": "public-read" } }, 403],
  ["a redirect", { fields: { success_action_redirect: REDIRECT } }, 403],
  ["a redirect of old", { fields: { redirect: REDIRECT } }, 403],
  ["a redirect of websites", { fields: { "x-amz-website-redirect-location": REDIRECT } }, 403],
  ["metadata that was not granted", { fields: { "x-amz-meta-role": "admin" } }, 403],
  ["other metadata", { fields: { "x-amz-meta-album": "other" } }, 403],
  ["metadata by another name", { fields: { "x-rgw-meta-album": "other" } }, 403],
  ["no metadata", { without: "x-amz-meta-album" }, 403],
  ["a copy source", { fields: { "x-amz-copy-source": "/uploads/forms/bob/a.txt" } }, 403],
  ["tags", { fields: { tagging: TAGS } }, 403],
  ["another cache-control", { fields: { "cache-control": "max-age=9" } }, 403],
  ["an encoding", { fields: { "content-encoding": "gzip" } }, 403],
  ["no signature", { without: "X-Amz-Signature" }, 400],
  ["no document", { without: "Policy" }, 403],
];

describe("a form that somebody has changed", () => {
  it.for(ATTACKS)("is refused: %s", async ([, change, status]) => {
    const form = await getForm();
    const answer = await sendForm(form, change);
    expect(answer).toMatchObject({ status, location: null });
    expect(await server.read(keyOf(form))).toBeUndefined();
    expect(await server.read("forms/bob/a.txt")).toBeUndefined();
  });

  it("has no use for what follows its file, and for what the browser says of it", async () => {
    const form = await getForm();
    const change = {
      after: { acl: "public-read", success_action_redirect: REDIRECT, "x-amz-meta-role": "admin" },
      filename: "evil.html",
      type: "text/html",
    };
    expect(await sendForm(form, change)).toMatchObject({ status: 204, location: null });
    expect(await server.read(keyOf(form))).toMatchObject({
      contentType: "text/plain",
      metadata: { album: "=?UTF-8?B?7KCc7KO8?=" },
    });
    const anonymous = await fetch(new URL(encodeURI(keyOf(form)), form.url));
    expect(anonymous.status).toBe(403);
  });

  it("is refused by another bucket of the same account, whatever bucket its field names", async () => {
    await clientOf(server).send(new CreateBucketCommand({ Bucket: "elsewhere" }));
    const form = await getForm();
    const url = new URL("/elsewhere/", form.url).href;
    for (const bucket of ["elsewhere", server.store.bucket])
      expect(await sendForm({ ...form, url }, { fields: { bucket } })).toMatchObject({
        status: 403,
      });
  });

  it("does all of it where a careless signer has made it", async () => {
    const { origin, bucket } = server.store;
    const free = ["key", "acl", "content-type", "success_action_redirect", "x-amz-meta-role"];
    const form = await createPresignedPost(clientOf(server), {
      Bucket: bucket,
      Key: "${filename}",
      Conditions: free.map((name) => ["starts-with", `$${name}`, ""] as const).map(toCondition),
    });
    const careless = { ...form, fields: { ...form.fields, key: "careless/bob/a.html" } };
    const fields = {
      acl: "public-read",
      "content-type": "text/html",
      success_action_redirect: REDIRECT,
      "x-amz-meta-role": "admin",
    };
    const answer = await sendForm(careless, { fields, body: "<script>" });
    expect(answer).toMatchObject({ status: 303 });
    expect(answer.location).toContain(REDIRECT);
    expect(await server.read("careless/bob/a.html")).toMatchObject({
      contentType: "text/html",
      metadata: { role: "admin" },
    });
    const anonymous = await fetch(`${origin}/${bucket}/careless/bob/a.html`);
    expect(anonymous.status).toBe(200);
  });
});

const toCondition = ([kind, name, start]: readonly [string, string, string]) =>
  [kind, name, start] as ["starts-with", string, string];
