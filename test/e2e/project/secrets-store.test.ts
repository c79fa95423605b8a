/** A deployment whose secrets are in Cloudflare's Secrets Store, on the local one of Wrangler. */
import { once } from "node:events";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startSecrets,
  tokenFor,
  type Server,
} from "../support/server.ts";

const BODY = bytesOf("not really a png");
const UPLOAD = { contentType: "image/png", size: BODY.length };
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
});
afterAll(() => void receiver.close());
/** Each test has a new isolate and an empty store. */
beforeEach(async () => {
  const address = receiver.address();
  if (!address || typeof address === "string") throw new Error("The receiver has no port");
  server = await startSecrets({ WEBHOOK_URL: `http://127.0.0.1:${address.port}/hook` });
});
afterEach(async () => server.close());

const send = async (method: string, path: string, body: object) =>
  fetch(`${server.url}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const setSecrets = async (values: object = DEVELOPMENT_SECRETS) =>
  expect((await send("PUT", "/secrets", values)).status).toBe(204);

describe("a deployment whose secrets are in the Secrets Store", () => {
  it("gives a ticket, completes the upload, and sends its webhook", async () => {
    await setSecrets();
    const ticket = await askForTicket(server, alice, { ...UPLOAD, policy: "limited" });
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    const { status, body } = await call(server, alice, "POST", `/v1/uploads/${ticket.id}/complete`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "completed", receipt: expect.any(String) as string });
    await expect.poll(() => webhooks, { timeout: 20_000 }).toHaveLength(1);
    expect(webhooks[0]).toMatchObject({ type: "upload.completed", data: { key: ticket.key } });
  });

  it("names a secret that is missing, and works as soon as it is there", async () => {
    const { AUTH_SECRET, ...others } = DEVELOPMENT_SECRETS;
    await setSecrets(others);
    const refused = await call(server, alice, "POST", "/v1/uploads", UPLOAD);
    expect(refused).toMatchObject({ status: 503, body: { code: "misconfigured" } });
    const line = server.readLog().find((text) => text.includes('"misconfigured"'));
    expect(line).toContain("secrets.AUTH_SECRET");
    expect(line).toContain("cannot be read from the Secrets Store");
    expect(line).not.toContain("secrets.UPLOAD_ID_SECRET");
    await setSecrets({ AUTH_SECRET });
    expect((await call(server, alice, "POST", "/v1/uploads", UPLOAD)).status).toBe(201);
    for (const value of Object.values(DEVELOPMENT_SECRETS))
      expect(server.readLog().join("\n")).not.toContain(value);
  });

  it("reads them where another app mounts it", async () => {
    await setSecrets();
    const answer = await call(server, alice, "POST", "/mounted/v1/uploads", UPLOAD);
    expect(answer.status).toBe(201);
  });

  it("reads them for a call of another Worker", async () => {
    await setSecrets();
    const answer = await send("POST", "/call", { user: "alice", origin: server.url, ...UPLOAD });
    expect(await answer.json()).toMatchObject({ ok: true, method: "PUT" });
  });

  it("reads them for a message of the queue", async () => {
    await setSecrets();
    await send("POST", "/send-event", {
      account: "3f4b7e3dcab231cbfdaa90a6a28bd548",
      action: "PutObject",
      bucket: "uploads",
      object: { key: "limited/alice/x.png", size: 1, eTag: "x" },
      eventTime: new Date().toISOString(),
    });
    const log = () => server.readLog().join("\n");
    await expect.poll(log, { timeout: 20_000 }).toContain("unexplained-object");
  });

  it("reads them for a call of a ledger", async () => {
    await setSecrets();
    const answer = await fetch(`${server.url}/ledger`);
    expect(await answer.json()).toEqual({ uploads: [] });
  });
});
