import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createRequestSender, type SendRequest } from "../../../cli/doctor/send-request.ts";
import { probeWorker } from "../../../cli/doctor/probe-worker.ts";
import type { Finding, FindingName } from "../../../cli/doctor/finding.ts";
import { DIGESTS, SAMPLE } from "../../../cli/doctor/sample.ts";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import { ceph, defineConfig, sharedSecret } from "../../../src/define.ts";
import { examine } from "../support/run-doctor.ts";
import { startServer, type Server } from "../support/server.ts";
import {
  BUCKET,
  ORIGIN,
  PAIRS,
  REGION,
  startDouble,
  type Break,
  type Double,
} from "../support/fake-store.ts";

const issuers = [sharedSecret({ issuer: "https://backend.acme.dev", audience: "uploads" })];

describe("the doctor, on a store that breaks one promise at a time", () => {
  let double: Double;
  beforeAll(async () => {
    double = await startDouble();
  });
  afterEach(() => double.broken.clear());
  afterAll(async () => double.close());

  const definition = (store: object = {}, policy: object = {}) =>
    defineConfig({
      origins: [ORIGIN],
      issuers,
      stores: {
        media: ceph({
          endpoint: double.endpoint,
          region: REGION,
          bucket: BUCKET,
          capabilities: {
            checksums: {
              sha256: "enforced",
              crc32: "enforced",
              crc32c: "refused",
              crc64nvme: "refused",
            },
          },
          ...store,
        }),
      },
      policies: {
        clip: {
          store: "media",
          key: "clips/{user}/{claim.team}/{name}",
          types: ["video/*"],
          maxBytes: "1 GB",
          multipartFrom: "8 MiB",
          checksum: "optional",
          ...policy,
        },
      },
    });

  it("raises no alarm where every promise is kept, and leaves nothing behind", async () => {
    const { all, left } = await examine(definition(), PAIRS);
    expect(
      all.filter(({ verdict, name }) => verdict !== "good" && !name.startsWith("checksum-")),
    ).toEqual([]);
    expect(all.length).toBeGreaterThan(30);
    expect(left).toEqual([]);
    expect(double.keys()).toEqual([]);
    expect(double.uploads()).toEqual([]);
  });

  /** The line of the table for each broken promise. What is no problem of a store is a note. */
  const TOLD: readonly (readonly [Break, FindingName, verdict?: string])[] = [
    ["knows-no-key", "credentials"],
    ["clock", "clock"],
    ["region", "region", "note"],
    ["no-cors", "preflight"],
    ["cors-lacks-header", "preflight"],
    ["cors-lacks-checksum", "preflight", "note"],
    ["no-exposed-etag", "exposed-etag"],
    ["any-origin", "other-origin"],
    ["reader-may-not", "reading"],
    ["missing-is-403", "missing-is-404"],
    ["length", "longer-body"],
    ["length", "shorter-body"],
    ["length", "longer-part"],
    ["type", "other-type"],
    ["path", "other-key"],
    ["any-header", "changed-header"],
    ["no-condition", "second-write"],
    ["refuses-condition", "put"],
    ["expiry", "expired-ticket"],
    ["future", "future-ticket", "note"],
    ["unsigned-metadata", "unsigned-metadata"],
    ["unsigned-acl", "unsigned-acl"],
    ["copies", "copy-source"],
    ["copies-parts", "copy-source-on-part"],
    ["copies-underscored", "copy-source"],
    ["copies-parts-underscored", "copy-source-on-part"],
    ["length-chunked", "chunked-body"],
    ["length-chunked-parts", "chunked-part"],
    ["closes-chunked", "chunked-body", "good"],
    ["metadata-alias", "metadata-alias"],
    ["metadata-underscored", "metadata-alias"],
    ["race", "writes-at-once"],
    ["no-cors-on-put", "readable-answer"],
    ["no-bucket-rules", "lifecycle", "note"],
    ["other-root", "multipart"],
    ["writer-lists", "writer-lists"],
    ["writer-reads", "writer-reads"],
    ["writer-deletes", "writer-deletes"],
    ["public", "public-object"],
    ["public-list", "public-list"],
    ["no-multipart", "multipart"],
    ["loses-parts", "list-parts"],
    ["cannot-list", "list-parts", "note"],
    ["parts-replace", "conditional-complete"],
    ["parts-after-abort", "abort"],
    ["no-lifecycle", "lifecycle"],
    ["lifecycle-disabled", "lifecycle"],
    ["lifecycle-elsewhere", "lifecycle"],
    ["lifecycle-early", "lifecycle"],
    ["md5", "checksum-md5"],
    ["sha256", "checksum-sha256"],
    ["crc32", "checksum-crc32"],
    ["refuses-crc32", "checksum-crc32"],
  ];

  const CASES = TOLD.map(([broken, name, verdict = "bad"]) => ({ broken, name, verdict }));

  it.each(CASES)("is told of $broken by the line $name", async ({ broken, name, verdict }) => {
    double.broken.add(broken);
    const { all } = await examine(definition(), PAIRS);
    const finding = all.find((one) => one.name === name);
    expect(finding).toMatchObject({ verdict });
    // Every line that is red says what to do.
    expect(all.filter((one) => one.verdict === "bad" && !one.fix)).toEqual([]);
  });

  it("says that a store has no forms, and that one takes a form with changes", async () => {
    const withForms = definition({}, { overwrite: true, postForm: true });
    const none = await examine(withForms, PAIRS);
    expect(none.verdictOf("post-form")).toBe("bad");
    expect(none.setting).toMatchObject({ capabilities: { postForms: false } });
    expect(none.row).toContain("    postForms: false,");
    double.broken.add("any-form");
    const { all, setting } = await examine(withForms, PAIRS);
    expect(all.find(({ name }) => name === "post-form")).toMatchObject({
      verdict: "bad",
      message: "the store accepts a longer file in a form: 204",
    });
    expect(setting).not.toMatchObject({ capabilities: { postForms: false } });
  });

  it("tells of a CORS rule with which no page can send a form", async () => {
    const withForms = definition({}, { overwrite: true, postForm: true });
    const { all } = await examine(withForms, PAIRS);
    expect(all.find(({ name }) => name === "preflight")).toMatchObject({
      verdict: "bad",
      message: `${ORIGIN} cannot POST forms`,
    });
  });

  it("names the one problem that there is, and no other", async () => {
    double.broken.add("copies");
    // Who copies has to read: that is told as well.
    expect((await examine(definition(), PAIRS)).bad).toEqual(["copy-source", "writer-reads"]);
    double.broken.clear();
    double.broken.add("no-exposed-etag");
    expect((await examine(definition(), PAIRS)).bad).toEqual(["exposed-etag"]);
  });

  it("prints the guard against copies where it works, and takes it back where it does not", async () => {
    double.broken.add("copies");
    expect((await examine(definition(), PAIRS)).setting).toMatchObject({
      copyGuard: "signed-empty",
    });
    const guarded = definition({ copyGuard: "signed-empty" });
    expect((await examine(guarded, PAIRS)).verdictOf("copy-source")).toBe("good");
    double.broken.add("refuses-empty-header");
    expect((await examine(guarded, PAIRS)).setting).toMatchObject({ copyGuard: "none" });
    expect((await examine(definition(), PAIRS)).setting).not.toHaveProperty("copyGuard");
  });

  it("prints no guard under which the store still copies", async () => {
    double.broken.add("copies");
    double.broken.add("copies-under-guard");
    const { bad, setting } = await examine(definition(), PAIRS);
    expect(bad).toContain("copy-source");
    expect(setting).not.toHaveProperty("copyGuard");
    double.broken.clear();
    double.broken.add("copies-underscored");
    const { all } = await examine(definition(), PAIRS);
    const { message, fix } = all.find(({ name }) => name === "copy-source") ?? {};
    expect(message).toContain("x_amz_copy_source");
    expect(fix).toContain("drops header names with underscores");
    expect(fix).not.toContain("copyGuard");
  });

  it("gives no advice that a store without bucket rules cannot follow", async () => {
    for (const one of ["no-bucket-rules", "no-cors", "parts-after-abort"] as const)
      double.broken.add(one);
    const { all } = await examine(definition(), PAIRS);
    const fixes = ["preflight", "abort"].map((name) => all.find((one) => one.name === name)?.fix);
    expect(fixes).toEqual([
      expect.stringContaining("no CORS rules in the S3 API"),
      expect.stringContaining("no lifecycle rules in the S3 API"),
    ]);
  });

  it("asks for no right where the store does not have the request", async () => {
    double.broken.add("no-multipart");
    const { all } = await examine(definition(), PAIRS);
    expect(all.find(({ name }) => name === "multipart")).toMatchObject({
      message: "CreateMultipartUpload returned 501 NotImplemented",
      fix: expect.stringContaining("does not support this request") as string,
    });
  });

  it("names an XML document that is another than that of AWS", async () => {
    double.broken.add("other-root");
    const { all } = await examine(definition(), PAIRS);
    expect(all.find(({ name }) => name === "multipart")).toMatchObject({
      message: "CreateMultipartUpload returned 200 with <InitiateMultipartUpload>",
      fix: expect.stringContaining("cannot read its XML") as string,
    });
  });

  it("prints the capabilities that make a configuration which lies true", async () => {
    double.broken.add("sha256");
    double.broken.add("refuses-condition");
    const first = await examine(definition(), PAIRS);
    expect(first.setting).toEqual({ capabilities: { noOverwrite: false } });
    const fixed = definition({}, { overwrite: true });
    const second = await examine(fixed, PAIRS);
    expect(second.setting).toEqual({ capabilities: { checksums: { sha256: "ignored" } } });
    const capabilities = {
      noOverwrite: false,
      checksums: {
        sha256: "ignored",
        crc32: "enforced",
        crc32c: "refused",
        crc64nvme: "refused",
      },
    } as const;
    const third = await examine(definition({ capabilities }, { overwrite: true }), PAIRS);
    expect(third.setting).toEqual({});
    expect(third.bad).toEqual([]);
  });

  it("writes the row that was measured, and nothing that is private", async () => {
    const { row } = await examine(definition(), PAIRS);
    expect(row).toBe(
      [
        "  /** Measured with doctor on 1970-01-01. */",
        "  ceph: {",
        "    // Keep the lines of the row that are not here.",
        '    noOverwrite: { header: "if-none-match", value: "*", trust: "enforced" },',
        '    checksums: { md5: "enforced", sha256: "enforced", crc32: "enforced" },',
        "    needsSdkChecksumAlgorithm: true,",
        '    unsignedHeaders: "refused",',
        '    copyGuard: "none",',
        "  },",
      ].join("\n"),
    );
    double.broken.add("sha256");
    double.broken.add("refuses-condition");
    const broken = await examine(definition({}, { overwrite: true }), PAIRS);
    expect(broken.row).toContain('sha256: "ignored"');
    expect(broken.row).not.toContain(BUCKET);
    expect(broken.row).not.toContain(double.endpoint);
  });

  it("tells of a policy that demands a checksum which nobody looks at", async () => {
    double.broken.add("crc32");
    const { all } = await examine(
      definition({}, { checksum: ["crc32"], multipartFrom: undefined }),
      PAIRS,
    );
    expect(all.find(({ name }) => name === "checksum-crc32")?.fix).toContain("clip");
  });
});

describe("the doctor's sample", () => {
  it("has the digests that the AWS SDK makes of it", async () => {
    const sent: Record<string, string> = {};
    const client = new S3Client({
      region: REGION,
      endpoint: "http://127.0.0.1:1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
    });
    client.middlewareStack.add(
      (next) => async (args) => {
        Object.assign(sent, (args.request as { headers: object }).headers);
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    for (const ChecksumAlgorithm of ["SHA256", "CRC32", "CRC32C", "CRC64NVME"] as const) {
      const command = new PutObjectCommand({
        Bucket: "b",
        Key: "k",
        Body: SAMPLE,
        ChecksumAlgorithm,
      });
      await client.send(command).catch(() => undefined);
      const name = ChecksumAlgorithm.toLowerCase() as "sha256";
      expect(sent[`x-amz-checksum-${name}`]).toBe(DIGESTS[name]);
    }
  });
});

describe("the doctor, on the embedded store", () => {
  let server: Server;
  const folder = mkdtempSync(join(tmpdir(), "doctor-"));
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const local = { provider: "local", bucket: "uploads" } as const;

  it("finds no problem, and names what the store cannot do", async () => {
    const { bad, verdictOf } = await examine(development, {}, server.url);
    expect(bad).toEqual([]);
    const notes = [
      "region",
      "future-ticket",
      "unsigned-metadata",
      "list-parts",
      "checksum-sha256",
    ] as const;
    expect(notes.map(verdictOf)).toEqual(notes.map(() => "note"));
  });

  it("finds that a ticket can be turned into a copy where the guard is off", async () => {
    const unguarded = { ...development, stores: { local: { ...local, copyGuard: "none" } } };
    const { bad, setting } = await examine(unguarded, {}, server.url);
    expect(bad).toEqual(["copy-source", "copy-source-on-part"]);
    expect(setting).toEqual({ copyGuard: "signed-empty" });
  });

  it("catches a row that says more than the store does", async () => {
    const capabilities = { checksums: { sha256: "enforced" } } as const;
    const lying = { ...development, stores: { local: { ...local, capabilities } } };
    const { bad, setting } = await examine(lying, {}, server.url);
    expect(bad).toEqual(["checksum-sha256"]);
    expect(setting).toEqual({ capabilities: { checksums: { sha256: "ignored" } } });
  });

  /** Not waited for in place: the server's own process would be kept from answering. */
  const doctor = async (...args: readonly string[]) =>
    new Promise<{ status: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ["cli/main.ts", "doctor", ...args], (error, stdout, stderr) =>
        resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

  it("ends with a table on a fresh clone", async () => {
    const { status, stdout } = await doctor("--dev", server.url);
    expect(status).toBe(0);
    expect(stdout).toContain("Tampered tickets");
    expect(stdout).toMatch(/0 problems, \d+ notes, \d+ passed\n$/);
  });

  it("says what to do where nothing answers, or what it needs is not there", async () => {
    const nothing = await doctor("--dev", "http://localhost:9");
    expect(nothing.status).toBe(1);
    expect(nothing.stdout).toContain("npm run dev");
    expect((await doctor("absent")).stderr).toContain("Choose one of: local");
    const path = join(folder, "presigner.config.ts");
    const stores = { media: { provider: "r2", account: "0".repeat(32), bucket: "media" } };
    const policies = { photo: { ...development.policies["photo"], store: "media" } };
    const config = { origins: [ORIGIN], issuers, stores, policies };
    writeFileSync(path, `export default ${JSON.stringify(config)};`);
    const unarmed = await doctor("--config", path);
    expect(unarmed).toMatchObject({ status: 2, stdout: "" });
    expect(unarmed.stderr).toContain("MEDIA_ACCESS_KEY_ID and MEDIA_SECRET_ACCESS_KEY");
  });

  it.each([
    ["jwks.json", { keys: [{ kty: "EC", kid: "1", d: "private" }] }, "the private key of receipts"],
    ["jwks.json", { keys: [] }, "no key to verify receipts"],
    ["healthz", { status: "ok", version: "0.0.1" }, "version 0.0.1"],
    ["healthz", { code: "misconfigured" }, "misconfigured"],
  ])("tells of a Worker whose %s is %j", async (path, body, says) => {
    const real = createRequestSender(new AbortController().signal);
    const sendRequest: SendRequest = async (url, request) => {
      const answer = await real(url, request);
      return url.endsWith(path) ? { ...answer, text: JSON.stringify(body) } : answer;
    };
    const config = compileConfig(development, DEVELOPMENT_SECRETS);
    const target = { url: new URL(server.url), config, sendRequest, isFlooded: false };
    const found = await probeWorker(target);
    expect(
      found.filter(({ verdict }) => verdict !== "good").map((one) => one.message),
    ).toContainEqual(expect.stringContaining(says));
  });

  it("tries a deployed Worker all the way with --url", async () => {
    const { status, stdout } = await doctor("--url", server.url, "--json");
    expect(status).toBe(0);
    const [{ findings } = { findings: [] }] = JSON.parse(stdout) as { findings: Finding[] }[];
    const goodOnes = findings.filter(({ verdict }) => verdict === "good").map(({ name }) => name);
    expect(goodOnes).toEqual([
      "worker",
      "worker-keys",
      "worker-tokens",
      "worker-origins",
      "worker-origins",
      "worker-ready",
      "worker-ready",
      "worker-ready",
      "worker-ticket",
    ]);
    const demanding = await doctor("--url", server.url, "--policy", "avatar");
    expect(demanding.stdout).toContain("✔ worker-ticket");
    const other = await doctor("--url", `${server.url}/cdn-cgi/local/r2/s3/uploads/`);
    expect(other.status).toBe(0);
    expect((await doctor("--url", "http://localhost:9")).stdout).toContain("✘ worker");
  });
});
