import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  startDevelopmentProcess,
  type DevelopmentProcess,
} from "../support/development-process.ts";
import { bytesOf, put, tokenFor, type Ticket } from "../support/server.ts";

/** A receiver that does not answer until the test says so: what it was sent is due all the time. */
async function startReceiver() {
  const accepted = new Set<string>();
  let isUp = false;
  const receiver = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { data } = JSON.parse(body) as { data: { key: string } };
      if (!isUp) return;
      accepted.add(data.key);
      response.writeHead(204).end();
    })();
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (!address || typeof address === "string") throw new Error("The receiver has no port");
  return {
    accepted,
    accept: () => void (isUp = true),
    url: `http://127.0.0.1:${address.port}/hook`,
    close: () => receiver.close(),
  };
}

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let folder: string;
let server: DevelopmentProcess;
const start = async (port = 0) =>
  startDevelopmentProcess({ folder, port, vars: { WEBHOOK_URL: receiver.url } });

beforeAll(async () => {
  receiver = await startReceiver();
  folder = await mkdtemp(join(tmpdir(), "presigner-"));
  server = await start();
});
afterAll(async () => {
  await server.kill();
  receiver.close();
  await rm(folder, { recursive: true });
});

const BODY = bytesOf("not really a png");
const USERS = ["ann", "ben", "cho", "dan", "eve", "fay"];

async function ask<T>(user: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tokenFor(user)}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.json() as Promise<T>;
}

/** Uploads until the server is gone; returns the keys that were said to be completed. */
async function uploadOn(user: string, onComplete: () => void): Promise<readonly string[]> {
  const completed: string[] = [];
  try {
    while (completed.length < 40) {
      const ticket = await ask<Ticket>(user, "POST", "/v1/uploads", {
        policy: "limited",
        contentType: "image/png",
        size: BODY.length,
      });
      await put(ticket, BODY);
      await ask(user, "POST", `/v1/uploads/${ticket.id}/complete`);
      completed.push(ticket.key);
      onComplete();
    }
  } catch {
    return completed;
  }
  throw new Error("The server was not killed");
}

async function waitForAll(keys: readonly string[]): Promise<void> {
  const deadline = Date.now() + 45_000;
  while (!keys.every((key) => receiver.accepted.has(key))) {
    if (Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect([...receiver.accepted]).toEqual(expect.arrayContaining([...keys]));
}

interface List {
  readonly uploads: readonly {
    readonly id: string;
    readonly key: string;
    readonly status: string;
  }[];
}

it("loses no webhook of six callers whose uploads a killed server interrupts", async () => {
  let count = 0;
  const kill = async () => {
    await server.kill();
    receiver.accept();
  };
  let killing: Promise<void> | undefined;
  const confirmed = await Promise.all(
    USERS.map(async (user) =>
      uploadOn(user, () => {
        count += 1;
        if (count === 18) killing = kill();
      }),
    ),
  );
  await killing;
  server = await start(Number(new URL(server.url).port));

  // A read is enough to wake what was due meanwhile.
  const lists = await Promise.all(USERS.map(async (user) => ask<List>(user, "GET", "/v1/uploads")));
  const uploads = lists.flatMap((list) => list.uploads);
  const keysOf = (status: string) =>
    uploads.filter((upload) => upload.status === status).map(({ key }) => key);
  expect(keysOf("completed")).toEqual(expect.arrayContaining(confirmed.flat()));
  expect(confirmed.flat().length).toBeGreaterThanOrEqual(18);
  await waitForAll(keysOf("completed"));
}, 120_000);
