/**
 * Secrets, tokens and signatures in what leaves the Worker: answers, headers, log, webhooks, receipts, ids.
 *
 * CWE-532 (secrets in logs), CWE-209 (secrets in errors). The secrets of the development configuration are
 * unique texts: none of them may be anywhere, in any encoding, after every route was asked in every way.
 */
import { inject, describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { mintDevelopmentAdminToken } from "../../cli/mint.ts";
import { tokenFor } from "../e2e/support/server.ts";
import { BODY, server } from "./support/attack.ts";

const { RECEIPT_PRIVATE_KEY, WEBHOOK_SECRET, ...TEXTS } = DEVELOPMENT_SECRETS;
const { LOCAL_ACCESS_KEY_ID: ACCESS_KEY_ID, ...SECRETS } = TEXTS;
const user = "canary";
const token = tokenFor(user);
const adminToken = await mintDevelopmentAdminToken("admin-canary", 600);
/** In what a client sends, and of no use to anybody in a log. */
const INPUT = "input-canary-7f3a";

const CANARIES = [
  ...Object.values(SECRETS),
  (JSON.parse(RECEIPT_PRIVATE_KEY) as { readonly d: string }).d,
  WEBHOOK_SECRET.slice("whsec_".length),
  token,
  token.split(".")[2] ?? "",
  adminToken,
  adminToken.split(".")[2] ?? "",
];

/** The forms in which a text may leave. */
function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const forms = [
    text,
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
    bytes.toString("hex"),
    bytes.toString("base64").replaceAll("=", ""),
    bytes.toString("base64url"),
  ];
  return [...new Set(forms)];
}

/** A text with what its base64 says beside it, such as the payload of an id or a receipt. */
function readable(text: string): string {
  const encoded = text.match(/[\w+/-]{16,}/g) ?? [];
  const decoded = encoded.map((one) => Buffer.from(one, "base64url").toString("latin1"));
  return [text, ...decoded].join("\n");
}

interface Answer {
  readonly what: string;
  readonly text: string;
}

const answers: Answer[] = [];

async function ask(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(server.url + path, { method, redirect: "manual", ...init });
  const text = `${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`;
  const answer = { what: `${method} ${path.replace(token, "TOKEN").slice(0, 80)}`, text };
  answers.push(answer);
  return answer;
}

const bodyOf = ({ text }: Answer) =>
  JSON.parse(text.slice(text.indexOf("\n") + 1) || "{}") as Readonly<Record<string, never>>;
const withToken = { authorization: `Bearer ${token}` };
const json = (body: unknown, headers: Readonly<Record<string, string>> = withToken) => ({
  headers: { ...headers, "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

const LIMITED = { policy: "limited", filename: "a.png", contentType: "image/png", size: 12 };
const CLIP = {
  policy: "clip",
  filename: "a.mp4",
  contentType: "video/mp4",
  size: 12,
  multipart: true,
};

/** Bodies that are refused one after the other: by form, by schema, by policy. */
const BODIES: readonly unknown[] = [
  `{"${INPUT}`,
  "",
  [],
  { [INPUT]: INPUT },
  { ...LIMITED, filename: `${INPUT}/x.png` },
  { ...LIMITED, policy: INPUT },
  { ...LIMITED, contentType: "text/html" },
  { ...LIMITED, size: 10 ** 12 },
  { ...LIMITED, metadata: { [INPUT]: "x" } },
  { policy: "document", key: `documents/bob/${INPUT}` },
  { key: "x", method: "POST" },
  { method: "PUT", key: INPUT },
  { uploads: [LIMITED, CLIP, { [INPUT]: 1 }] },
  { ids: [INPUT] },
  { partNumbers: [1, 1] },
  { parts: [{ partNumber: 1, etag: INPUT }] },
  { etag: INPUT },
];

/** The life of an upload, on every route that there is, and then all of it with what is wrong. */
async function exerciseAll(): Promise<void> {
  const limited = bodyOf(await ask("POST", "/v1/uploads", json(LIMITED)));
  await fetch(String(limited["url"]), {
    method: "PUT",
    headers: { ...(limited["headers"] as object | undefined) },
    body: BODY,
  });
  const clip = bodyOf(await ask("POST", "/v1/uploads", json(CLIP)));
  const document = { ...LIMITED, policy: "document", metadata: { album: "x" } };
  const downloadable = bodyOf(await ask("POST", "/v1/uploads", json(document)));
  const object = { policy: "document", key: downloadable["key"] };
  const uppy = {
    method: "POST",
    key: "a.mp4",
    contentType: "video/mp4",
    metadata: { policy: "clip", size: 12 },
  };
  const multipart = bodyOf(await ask("POST", "/s3/presign", json(uppy)));
  const ids = [limited, clip, multipart].map((one) => String(one["id"]));
  const keyed = (id: string) => `?key=${encodeURIComponent(String(multipart["key"]))}&id=${id}`;
  const single = "filename=a.png&type=image/png&metadata[policy]=photo&metadata[size]=12";
  const paths: readonly (readonly [string, string])[] = [
    ["GET", "/healthz"],
    ["GET", "/.well-known/jwks.json"],
    ["GET", "/openapi.json"],
    ["GET", "/docs"],
    ["GET", "/none"],
    ["GET", "/v1/uploads"],
    ["GET", `/v1/uploads?cursor=${INPUT}`],
    ["GET", "/v1/policies"],
    ["POST", "/v1/uploads"],
    ["POST", "/v1/uploads/batch"],
    ["POST", "/v1/uploads/batch/complete"],
    ["POST", "/v1/downloads"],
    ["POST", "/v1/credentials"],
    ["DELETE", "/v1/objects"],
    ["POST", "/v1/admin/revocations"],
    ["GET", "/presigned-url?fileName=a.png&fileType=image/png&fileSize=12"],
    ["GET", `/presigned-url?fileType=${INPUT}`],
    ["POST", "/s3/presign"],
    ["POST", "/s3/multipart"],
    ["GET", `/s3/params?${single}`],
    ...ids.flatMap((id): readonly (readonly [string, string])[] => [
      ["GET", `/v1/uploads/${id}`],
      ["GET", `/v1/uploads/${id}/parts`],
      ["POST", `/v1/uploads/${id}/parts`],
      ["POST", `/v1/uploads/${id}/complete`],
      ["GET", `/s3/multipart/${id}${keyed(id)}`],
      ["GET", `/s3/multipart/${id}/1${keyed(id)}`],
      ["GET", `/s3/multipart/${id}/batch${keyed(id)}&partNumbers=1`],
      ["POST", `/s3/multipart/${id}/complete${keyed(id)}`],
      ["GET", `/s3/uploads/${id}${keyed(id)}`],
      ["POST", `/s3/uploads/${id}${keyed(id)}`],
      ["POST", `/s3/uploads/${id}${keyed(id)}&uploads`],
    ]),
  ];
  for (const [method, path] of paths) {
    const hidden = path.replace("/s3/", `/uppy/${token}/s3/`);
    await ask(method, path, { headers: { ...withToken, accept: "application/json" } });
    await ask(method, path, { headers: { authorization: `Bearer ${token}x` } });
    await ask(method, path, { headers: { ...withToken, origin: "https://evil.example" } });
    if (hidden !== path) await ask(method, hidden, { headers: { accept: "application/json" } });
    if (method !== "GET")
      await Promise.all(BODIES.map(async (body) => ask(method, path, json(body))));
  }
  // Real ids, of which one is completed; then one that is no id, and one twice.
  for (const batch of [ids, [...ids, INPUT], [ids[0], ids[0]]])
    await ask("POST", "/v1/uploads/batch/complete", json({ ids: batch }));
  await ask("GET", "/v1/policies", { headers: withToken });
  const admin = { authorization: `Bearer ${adminToken}` };
  for (const body of [...BODIES, { user: INPUT }, { user: INPUT, issuer: INPUT }])
    await ask("POST", "/v1/admin/revocations", json(body, admin));
  for (const path of ["/v1/admin/revocations", `/v1/admin/${INPUT}`])
    await ask("GET", path, { headers: admin });
  for (const one of [object, { ...object, disposition: "inline" }])
    await ask("POST", "/v1/downloads", json(one));
  await ask("POST", `/v1/uploads/${ids[1]}/parts`, json({ partNumbers: [1] }));
  for (const id of ids) {
    await ask("DELETE", `/s3/uploads/${id}${keyed(id)}`, { headers: withToken });
    await ask("DELETE", `/v1/uploads/${id}`, { headers: withToken });
    await ask("POST", `/v1/uploads/${id}/complete`, { headers: withToken });
  }
  await ask("DELETE", "/v1/objects", json(object));
  await ask("GET", `/uppy/${token}`);
  await ask("GET", `/uppy/${token}/none`);
  await ask("GET", `/${encodeURIComponent(token)}`);
}

const read = async (path: string): Promise<string> =>
  (await fetch(inject("recorder") + path)).text();

describe("after every route was asked in every way", () => {
  it("no secret and no token is in an answer, a header, a webhook, a receipt, an id or the log", async () => {
    await exerciseAll();
    const [log, webhooks] = [await read("/log"), await read("/webhooks")];
    expect(log).toContain("request-refused");
    expect(webhooks).toContain("upload.completed");
    expect(new Set(answers.map(({ text }) => text.slice(0, 3))).size).toBeGreaterThan(7);
    expect(answers.some(({ text }) => text.includes('"receipt"'))).toBe(true);
    const left = [...answers, { what: "log", text: log }, { what: "webhooks", text: webhooks }];
    const leaks = left.flatMap(({ what, text }) => {
      const all = readable(text);
      return CANARIES.filter((canary) => formsOf(canary).some((form) => all.includes(form))).map(
        (canary) => `${what}: ${canary.slice(0, 40)}`,
      );
    });
    expect(leaks).toEqual([]);
  });

  it("is found where it is planted, in each form: the sweep itself works", () => {
    for (const canary of CANARIES) {
      for (const form of formsOf(canary))
        expect(formsOf(canary).some((one) => readable(`{"a":"${form}"}`).includes(one))).toBe(true);
      const inside = Buffer.from(JSON.stringify({ canary })).toString("base64url");
      expect(readable(`x.${inside}.y`)).toContain(JSON.stringify(canary).slice(1, -1));
    }
  });

  it("a signature is in the answer that gave it, and nowhere else", async () => {
    const [log, webhooks] = [await read("/log"), await read("/webhooks")];
    const byAnswer = answers.map(({ text }) => text.match(/X-Amz-Signature=[0-9a-f]{64}/g) ?? []);
    const signatures = byAnswer.flat().map((one) => one.slice("X-Amz-Signature=".length));
    expect(signatures.length).toBeGreaterThan(5);
    for (const signature of signatures) expect(log + webhooks).not.toContain(signature);
    for (const text of [log, webhooks]) {
      expect(text).not.toMatch(/[0-9a-f]{64}/);
      expect(text).not.toMatch(/https?:\/\/[^"\\]*\?/);
      expect(text).not.toContain(ACCESS_KEY_ID);
    }
    const elsewhere = answers.filter(({ text }) =>
      text.replaceAll(/X-Amz-Credential=[^&"]+/g, "").includes(ACCESS_KEY_ID),
    );
    expect(elsewhere).toEqual([]);
  });

  it("the line of a request has patterns, names of the configuration, numbers and digests alone", async () => {
    const lines = JSON.parse(await read("/log")) as readonly string[];
    const requests = lines
      .filter((line) => line.startsWith('{"event":"request",'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, string | number>>);
    expect(requests.length).toBeGreaterThanOrEqual(answers.length);
    const allowed: Readonly<Record<string, RegExp>> = {
      event: /^request$/,
      level: /^info$/,
      requestId: /^[0-9a-f-]{36}$/,
      method: /^[A-Z]{3,7}$/,
      route:
        /^(none|\/healthz|\/readyz|\/presigned-url|\/\.well-known\/jwks\.json|(\/(v1|admin|revocations|users|quota|outbox|retry|stuck|s3|uppy|uploads|parts|params|batch|complete|downloads|objects|policies|credentials|presign|multipart|:[a-zA-Z]+))+)$/,
      code: /^(ok|[a-z-]{5,25})$/,
      policy:
        /^(photo|avatar|document|limited|video|clip|plan|team|checked|album|page|quarantined|copied-in-parts|once|form|short-form|line-\d+|\*)$/,
      store: /^(local|\*)$/,
      caller: /^[0-9a-f]{32}$/,
      deployment: /^[0-9a-f-]{36}$/,
      country: /^[A-Z]{2}$/,
    };
    const others = requests.flatMap((line) =>
      Object.entries(line).filter(([name, value]) =>
        typeof value === "number" ? Number.isNaN(value) : !allowed[name]?.test(value),
      ),
    );
    expect(others).toEqual([]);
    // Each thing that a line can say was there.
    const fields = new Set(requests.flatMap((line) => Object.keys(line)));
    for (const name of ["policy", "store", "caller", "bytes", "refused"])
      expect(fields).toContain(name);
    expect(new Set(requests.map(({ status }) => status)).size).toBeGreaterThan(7);
  });

  it("what a client sent is in no line of the log, and neither is a stack", async () => {
    const log = await read("/log");
    expect(log).not.toContain(INPUT);
    expect(log).not.toMatch(/\bat \S+ \(|\.ts:\d+|node_modules/);
    const stacks = answers.filter(({ text }) => /\bat \S+ \(|\.ts:\d+|node_modules/.test(text));
    expect(stacks).toEqual([]);
  });
});
