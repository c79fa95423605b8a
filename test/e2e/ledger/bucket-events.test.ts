import { once } from "node:events";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startEvents,
  tokenFor,
  type Server,
} from "../support/server.ts";

const BODY = bytesOf("not really a png");
const alice = tokenFor("alice");
const webhooks: unknown[] = [];
let server: Server;

const receiver = createServer((request, response) => {
  void (async () => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const headers = request.headers as Record<string, string>;
    webhooks.push(new Webhook(DEVELOPMENT_SECRETS.WEBHOOK_SECRET).verify(body, headers));
    response.writeHead(204).end();
  })();
});

beforeAll(async () => {
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (!address || typeof address === "string") throw new Error("The receiver has no port");
  server = await startEvents({ WEBHOOK_URL: `http://127.0.0.1:${address.port}/hook` });
});
afterAll(async () => {
  await server.close();
  receiver.close();
});

/** As R2 sends it (Cloudflare: "Event notifications", message format). */
async function sendEvent(key: string, fields: object = {}): Promise<void> {
  const event = {
    account: "3f4b7e3dcab231cbfdaa90a6a28bd548",
    action: "PutObject",
    bucket: "uploads",
    object: { key, size: BODY.length, eTag: "c846ff7a18f28c2e262116d6e8719ef0" },
    eventTime: new Date().toISOString(),
    ...fields,
  };
  const response = await fetch(`${server.url}/send-event`, {
    method: "POST",
    body: JSON.stringify(event),
  });
  expect(response.status).toBe(202);
}

const grant = async () =>
  askForTicket(server, alice, {
    policy: "limited",
    contentType: "image/png",
    size: BODY.length,
  });

describe("an upload whose client dies after its PUT", () => {
  it("is completed by the event, with its webhook", async () => {
    const ticket = await grant();
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    await sendEvent(ticket.key);
    await expect.poll(() => webhooks, { timeout: 20_000 }).toHaveLength(1);
    expect(webhooks[0]).toMatchObject({
      type: "upload.completed",
      data: { key: ticket.key, user: "alice" },
    });
    const { body } = await call(server, alice, "GET", `/v1/uploads/${ticket.id}`);
    expect(body).toMatchObject({ status: "completed", size: BODY.length });
  });
});

const PNG = bytesOf("\u0000PNG\r\n\u001a\n and no more");
PNG[0] = 0x89;

describe("an event of a file in quarantine", () => {
  it("promotes it, and its promotion alarms nobody", async () => {
    const ticket = await askForTicket(server, alice, {
      policy: "checked",
      contentType: "image/png",
      size: PNG.length,
    });
    expect(await put(ticket, PNG)).toMatchObject({ status: 200 });
    await sendEvent(`pending/${ticket.key}`);
    const read = async () => call(server, alice, "GET", `/v1/uploads/${ticket.id}`);
    await expect
      .poll(async () => (await read()).body["status"], { timeout: 20_000 })
      .toBe("completed");
    expect(await server.read(ticket.key)).toMatchObject({ bytes: PNG });
    const copySource = { bucket: "uploads", object: `pending/${ticket.key}` };
    await sendEvent(ticket.key, { action: "CopyObject", copySource });
    await sendEvent(`pending/${ticket.key}`, { action: "DeleteObject" });
    // What follows it is in the log: the others came before.
    await sendEvent("pending/checked/alice/nobody.png");
    const find = (text: string) => server.readLog().filter((line) => line.includes(text));
    await expect
      .poll(() => find("pending/checked/alice/nobody.png"), { timeout: 20_000 })
      .toHaveLength(1);
    expect(find("copy-in-prefix")).toEqual([]);
    expect(find("unexplained-object")).toHaveLength(1);
  });
});

describe("a forged or unexplained event", () => {
  it("completes nothing, and is in the log", async () => {
    const ticket = await grant();
    await sendEvent(ticket.key);
    await sendEvent("limited/mallory/x.png");
    await sendEvent(ticket.key, {
      action: "CopyObject",
      copySource: { bucket: "uploads", object: "limited/bob/x.png" },
    });
    const find = (name: string) => server.readLog().filter((line) => line.includes(name));
    await expect.poll(() => find("limited/mallory/x.png"), { timeout: 20_000 }).toHaveLength(1);
    await expect.poll(() => find("copy-in-prefix"), { timeout: 20_000 }).toHaveLength(1);
    const { body } = await call(server, alice, "GET", `/v1/uploads/${ticket.id}`);
    expect(body).toMatchObject({ status: "pending" });
  });
});
