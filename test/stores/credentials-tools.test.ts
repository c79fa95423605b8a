/** What `edge-presigner credentials` prints, read by those that it is for: rclone, a shell, and the AWS SDK. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import development from "../../dev/presigner.config.ts";
import { ceph } from "../../src/define.ts";
import { startWorker } from "../e2e/support/record-failures.ts";
import { tokenFor } from "../e2e/support/server.ts";
import { addressOf } from "../e2e/support/store.ts";
import { peer } from "./peer.ts";

const read = (name: string) => process.env[name] ?? "";
const { accessKeyId, secretAccessKey, bucket: Bucket } = addressOf("");
const credentials = { actions: ["read", "write"], roleArn: read("S3_PLANNED_ROLE_ARN") } as const;

const ask = startWorker(
  { fetch },
  {
    MEDIA_ACCESS_KEY_ID: accessKeyId,
    MEDIA_SECRET_ACCESS_KEY: secretAccessKey,
    MEDIA_SCOPED_ACCESS_KEY_ID: read("S3_SCOPED_ACCESS_KEY_ID"),
    MEDIA_SCOPED_SECRET_ACCESS_KEY: read("S3_SCOPED_SECRET_ACCESS_KEY"),
  },
  {
    ...development,
    revocations: false,
    stores: { ...development.stores, media: ceph(peer) },
    policies: {
      ...development.policies,
      sync: { store: "media", key: "sync/{user}/", credentials },
    },
  },
);

let server: Server;
let url: string;
const folder = mkdtempSync(join(tmpdir(), "credentials-"));

/** The Worker over HTTP, as the command reaches it. */
beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const { method = "GET", url: path = "/", headers } = request;
      const body = method === "POST" ? (JSON.parse(await text(request)) as unknown) : undefined;
      const { authorization = "" } = headers;
      const { answer } = await ask(method, path, body, { headers: { authorization } });
      response.writeHead(answer.status, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.body));
    })();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Not in this thread: the Worker answers in it. */
async function print(format: string): Promise<string> {
  const args = ["credentials", "--url", url, "--policy", "sync", "--format", format];
  const child = spawn(process.execPath, ["cli/main.ts", ...args], {
    env: { ...process.env, TOKEN: tokenFor("rclone-user") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return text(child.stdout);
}

const OWN = "sync/rclone-user";
const owner = new S3Client({
  endpoint: peer.endpoint,
  region: peer.region,
  forcePathStyle: true,
  credentials: { accessKeyId, secretAccessKey },
});

describe("rclone, with the remote that is printed", () => {
  const rclone = (...args: readonly string[]) =>
    spawnSync(read("RCLONE"), ["--config", join(folder, "rclone.conf"), "--retries=1", ...args], {
      encoding: "utf8",
      env: { PATH: read("PATH"), HOME: folder },
    });

  it("copies a folder into its own prefix and back, and syncs what was deleted", async () => {
    writeFileSync(join(folder, "rclone.conf"), await print("rclone"));
    const local = join(folder, "photos");
    mkdirSync(join(local, "제주"), { recursive: true });
    writeFileSync(join(local, "a.txt"), "hello");
    writeFileSync(join(local, "제주/b c.txt"), "바다");
    const remote = `edge-presigner:${Bucket}/${OWN}`;
    const copied = rclone("copy", local, `${remote}/photos`);
    expect(copied.status, copied.stderr).toBe(0);
    const back = rclone("copy", `${remote}/photos`, join(folder, "back"));
    expect(back.status, back.stderr).toBe(0);
    expect(readFileSync(join(folder, "back/제주/b c.txt"), "utf8")).toBe("바다");
    rmSync(join(local, "a.txt"));
    const synced = rclone("sync", local, `${remote}/photos`);
    expect(synced.status, synced.stderr).toBe(0);
    expect(rclone("lsf", "-R", "--files-only", `${remote}/photos`).stdout).toBe("제주/b c.txt\n");
  });

  it("is refused beside it", async () => {
    const other = "sync/rclone-user2/b.txt";
    await owner.send(new PutObjectCommand({ Bucket, Key: other, Body: "secret" }));
    for (const args of [
      ["lsf", `edge-presigner:${Bucket}`],
      ["lsf", `edge-presigner:${Bucket}/sync/rclone-user2`],
      ["cat", `edge-presigner:${Bucket}/${other}`],
      ["copyto", join(folder, "rclone.conf"), `edge-presigner:${Bucket}/sync/rclone-user2/c.txt`],
      ["deletefile", `edge-presigner:${Bucket}/${other}`],
    ]) {
      const { status, stdout, stderr } = rclone(...args);
      expect(status, args.join(" ")).not.toBe(0);
      expect(stdout).not.toContain("secret");
      expect(stderr).toMatch(/AccessDenied|403|doesn't exist/);
    }
    const kept = await owner.send(new GetObjectCommand({ Bucket, Key: other }));
    expect(await kept.Body?.transformToString()).toBe("secret");
  });
});

/** A program of its own, which knows nothing but its environment. */
const PROGRAM = `
  import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
  const client = new S3Client({ forcePathStyle: true, maxAttempts: 1,
    endpoint: process.env.AWS_ENDPOINT_URL_S3, region: process.env.AWS_REGION });
  for (const Key of process.argv.slice(1)) {
    const sent = client.send(new PutObjectCommand({ Bucket: "${Bucket}", Key, Body: "hello" }));
    console.log(await sent.then(() => "stored", (error) => error.name));
  }`;
const KEYS = [`${OWN}/sdk.txt`, "sync/somebody/sdk.txt"];
async function runProgram(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  const args = ["-c", script, "bash", process.execPath, PROGRAM, ...KEYS];
  const child = spawn("bash", args, {
    env: { PATH: read("PATH"), HOME: folder, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return text(child.stdout);
}

describe("the AWS SDK", () => {
  it("finds them in the environment of a shell that has read the printed lines", async () => {
    const script = 'eval "$LINES"; "$1" --input-type=module -e "$2" "${@:3}"';
    const stdout = await runProgram(script, { LINES: await print("env") });
    expect(stdout).toBe("stored\nAccessDenied\n");
  });

  it("asks for them with credential_process", async () => {
    const command = `${process.execPath} ${join(process.cwd(), "cli/main.ts")} credentials --url ${url} --policy sync --format aws`;
    const config = join(folder, "aws-config");
    writeFileSync(config, `[profile sync]\ncredential_process = ${command}\n`);
    const script = '"$1" --input-type=module -e "$2" "${@:3}"';
    const stdout = await runProgram(script, {
      AWS_CONFIG_FILE: config,
      AWS_PROFILE: "sync",
      AWS_REGION: peer.region,
      AWS_ENDPOINT_URL_S3: peer.endpoint,
      TOKEN: tokenFor("rclone-user"),
    });
    expect(stdout).toBe("stored\nAccessDenied\n");
  });
});
