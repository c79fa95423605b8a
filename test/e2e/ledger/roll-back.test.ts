/** An upgrade and a roll back on what is stored: docs/upgrade.md. Each start is a deployment of one version. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startDevelopmentProcess,
  type DevelopmentProcess,
} from "../support/development-process.ts";
import {
  HAS_HISTORY,
  OLDER_VERSIONS,
  checkOut,
  type CheckedOut,
  type OlderVersion,
} from "../support/older-versions.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { bytesOf, put, type Answer, type Ticket } from "../support/server.ts";
import { askWith, configOf, type Version } from "../support/versions.ts";

const BODY = bytesOf("not really a png");
const IMAGE = { policy: "image", contentType: "image/png", size: BODY.length };
const CASES = Object.entries(OLDER_VERSIONS).map(
  ([name, version]): { name: string; version: OlderVersion } => ({ name, version }),
);

describe.skipIf(!HAS_HISTORY).for(CASES)("the ledgers of $name", ({ version }) => {
  let source: CheckedOut;
  let receiver: Receiver;
  let folder: string;
  let server: DevelopmentProcess;
  beforeAll(async () => {
    source = checkOut(version);
    receiver = await startReceiver();
    folder = await mkdtemp(join(tmpdir(), "presigner-ledgers-"));
  });
  afterAll(async () => {
    await server.kill();
    receiver.close();
    source.remove();
    await rm(folder, { recursive: true });
  });

  const deploy = async (which: Version) => {
    const config = join(folder, `${which}.json`);
    await writeFile(config, JSON.stringify(configOf(which, source.folder)));
    server = await startDevelopmentProcess({
      folder,
      port: server ? Number(new URL(server.url).port) : 0,
      vars: { WEBHOOK_URL: receiver.url },
      worker: `--config=${config}`,
    });
  };
  const ask = async (request: string, body?: object): Promise<Answer> =>
    askWith(async (path, init) => fetch(server.url + path, init), { user: "alice", request, body });
  const upload = async (): Promise<Granted> => {
    const { status, body } = await ask("POST /v1/uploads", IMAGE);
    expect(status).toBe(201);
    const ticket = body as unknown as Granted;
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    return ticket;
  };
  const complete = async ({ id }: Ticket) => ask(`POST /v1/uploads/${id}/complete`);
  const list = async () => {
    const { body } = await ask("GET /v1/uploads");
    const uploads = body["uploads"] as readonly { key: string; status: string }[];
    return uploads.map(({ key, status }) => [key, status]);
  };

  it("are continued by this version, and by the older one after a roll back", async () => {
    await deploy("older");
    const first = await upload();
    expect(await complete(first)).toMatchObject({ status: 200 });
    const second = await upload();
    expect(second.quota.uploads.remaining).toBe(2);
    await server.kill();

    await deploy("newer");
    expect(await list()).toEqual([
      [second.key, "pending"],
      [first.key, "completed"],
    ]);
    expect(await complete(second)).toMatchObject({ status: 200 });
    const third = await upload();
    expect(third.quota.uploads.remaining).toBe(1);
    await server.kill();

    await deploy("older");
    expect(await list()).toEqual([
      [third.key, "pending"],
      [second.key, "completed"],
      [first.key, "completed"],
    ]);
    const isKnown = version.opensNewerIds;
    expect(await complete(third)).toMatchObject({ status: isKnown ? 200 : 404 });
    const fourth = await upload();
    expect(fourth.quota.uploads.remaining).toBe(0);
    expect(await complete(fourth)).toMatchObject({ status: 200 });
    expect(await ask("POST /v1/uploads", IMAGE)).toMatchObject({ status: 429 });

    const completed = [first, second, ...(isKnown ? [third] : []), fourth];
    await receiver.waitFor("alice", completed.length);
    expect(receiver.received.map(({ data }) => String(data["key"])).toSorted()).toEqual(
      completed.map(({ key }) => key).toSorted(),
    );
  });
});

interface Granted extends Ticket {
  readonly quota: { readonly uploads: { readonly remaining: number } };
}
