import { createPublicKey } from "node:crypto";
import jsonwebtoken from "jsonwebtoken";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import {
  askForTicket,
  bytesOf,
  put,
  startServer,
  tokenFor,
  type Server,
  type Ticket,
} from "../support/server.ts";

let receiver: Receiver;
let server: Server;
beforeAll(async () => {
  receiver = await startReceiver();
  server = await startServer({ WEBHOOK_URL: receiver.url });
});
afterAll(async () => {
  await server.close();
  receiver.close();
});

const BODY = bytesOf("not really a png");
const LIMITED = {
  policy: "limited",
  filename: "a.png",
  contentType: "image/png",
  size: BODY.length,
};

async function call(
  user: string,
  method: string,
  path: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokenFor(user)}` },
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

const completeOf = async (user: string, { id }: Ticket) =>
  call(user, "POST", `/v1/uploads/${id}/complete`);

async function uploadAs(user: string): Promise<Ticket> {
  const ticket = await askForTicket(server, tokenFor(user), LIMITED);
  expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
  expect(await completeOf(user, ticket)).toMatchObject({ status: 200 });
  return ticket;
}

describe("an upload, from its ticket to its proof", () => {
  it("is completed with a receipt that jsonwebtoken verifies with the published key", async () => {
    const ticket = await askForTicket(server, tokenFor("alice"), LIMITED);
    expect(await completeOf("alice", ticket)).toMatchObject({
      status: 422,
      body: { code: "verification-failed" },
    });
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    const { status, body } = await completeOf("alice", ticket);
    expect(status).toBe(200);

    const jwks = (await (await fetch(`${server.url}/.well-known/jwks.json`)).json()) as {
      keys: Record<string, string>[];
    };
    const key = createPublicKey({ key: jwks.keys[0] ?? {}, format: "jwk" });
    const verified = jsonwebtoken.verify(String(body["receipt"]), key, {
      algorithms: ["ES256"],
      issuer: "edge-presigner",
      audience: "edge-presigner",
      complete: true,
    });
    expect(verified.header).toMatchObject({ alg: "ES256", typ: "upload-receipt+jwt" });
    expect(verified.payload).toMatchObject({
      sub: "alice",
      upload: {
        store: "local",
        bucket: "uploads",
        key: ticket.key,
        size: BODY.length,
        contentType: "image/png",
        etag: body["etag"],
        policy: "limited",
        metadata: {},
      },
    });
    expect(await call("alice", "GET", `/v1/uploads/${ticket.id}`)).toMatchObject({
      status: 200,
      body: { status: "completed", key: ticket.key },
    });
    expect(await call("alice", "DELETE", `/v1/uploads/${ticket.id}`)).toMatchObject({
      status: 409,
    });
  });

  it("is proven for a policy without a ledger too, metadata and all", async () => {
    const ticket = await askForTicket(server, tokenFor("alice"), {
      policy: "document",
      filename: "여행.txt",
      contentType: "text/plain",
      size: BODY.length,
      metadata: { album: "제주 여행", note: "plain" },
    });
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    expect(await completeOf("alice", ticket)).toMatchObject({
      status: 200,
      body: { key: ticket.key, metadata: { album: "제주 여행", note: "plain" } },
    });
    expect(await call("alice", "GET", `/v1/uploads/${ticket.id}`)).toMatchObject({
      status: 404,
      body: { code: "upload-not-found" },
    });
  });

  for (const [what, header] of [
    ["of another name", "x-amz-meta-role"],
    ["beside the granted value", "x-amz-meta-album"],
    ["by Ceph's other name", "x-rgw-meta-album"],
    ["by Swift's other name", "x-object-meta-album"],
  ] as const) {
    it(`is never proven with metadata that was not granted: ${what}`, async () => {
      const metadata = { album: "mine" };
      const ticket = await askForTicket(server, tokenFor("alice"), {
        policy: "document",
        filename: "a.txt",
        contentType: "text/plain",
        size: BODY.length,
        metadata,
      });
      const { status } = await put(ticket, BODY, { headers: { [header]: "owner" } });
      const completed = await completeOf("alice", ticket);
      const stored = status === 200 ? (await server.read(ticket.key))?.metadata : metadata;
      // The store refused the header, ignored it, or stored it.
      const isIgnored = status === 200 && JSON.stringify(stored) === JSON.stringify(metadata);
      expect(completed).toMatchObject(
        isIgnored
          ? { status: 200, body: { metadata } }
          : { status: 422, body: { code: "verification-failed" } },
      );
      expect(JSON.stringify(completed)).not.toContain("owner");
    });
  }

  it("is aborted, and an empty object replaces what arrived", async () => {
    const ticket = await askForTicket(server, tokenFor("abe"), LIMITED);
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    expect(await call("abe", "DELETE", `/v1/uploads/${ticket.id}`)).toMatchObject({ status: 204 });
    expect(await server.read(ticket.key)).toMatchObject({
      bytes: new Uint8Array(),
      metadata: { "edge-presigner": "aborted" },
    });
    expect(await completeOf("abe", ticket)).toMatchObject({ status: 410 });
  });

  it("is rejected, and deleted, where it is larger than a ticket without a size allows", async () => {
    const { size: _, ...unsized } = { ...LIMITED, policy: "photo" };
    const ticket = await askForTicket(server, tokenFor("alice"), unsized);
    expect(await put(ticket, new Uint8Array(10_000_001))).toMatchObject({ status: 200 });
    expect(await completeOf("alice", ticket)).toMatchObject({
      status: 422,
      body: { code: "verification-failed" },
    });
    expect(await server.read(ticket.key)).toBeUndefined();
  });
});

describe.concurrent("a webhook", () => {
  it("is one that the standardwebhooks package verifies, and tells the upload", async () => {
    const ticket = await uploadAs("wendy");
    const [webhook] = await receiver.waitFor("wendy", 1);
    const verifier = new Webhook(DEVELOPMENT_SECRETS.WEBHOOK_SECRET);
    const payload = verifier.verify(
      webhook?.body ?? "",
      webhook?.headers as Record<string, string>,
    );
    expect(payload).toMatchObject({
      type: "upload.completed",
      data: {
        user: "wendy",
        issuer: "development",
        policy: "limited",
        key: ticket.key,
        size: BODY.length,
      },
    });
    expect(() =>
      verifier.verify(`${webhook?.body} `, webhook?.headers as Record<string, string>),
    ).toThrow(/signature/i);
  });

  it("comes again with the same id after a 500", async () => {
    receiver.answers.set(
      "fay",
      (attempt, response) => void response.writeHead(attempt === 1 ? 500 : 200).end(),
    );
    await uploadAs("fay");
    const webhooks = await receiver.waitFor("fay", 2);
    expect(new Set(webhooks.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  });

  it("comes again after a receiver that hangs, and holds up nobody else", async () => {
    receiver.answers.set("hank", (attempt, response) => {
      if (attempt > 1) response.writeHead(200).end();
    });
    await uploadAs("hank");
    await receiver.waitFor("hank", 1);
    await uploadAs("hugo");
    await receiver.waitFor("hugo", 1);
    expect(receiver.received.filter(({ data }) => data["user"] === "hank")).toHaveLength(1);
    expect(await receiver.waitFor("hank", 2)).toHaveLength(2);
  });

  it("does not follow a redirect", async () => {
    receiver.answers.set("rita", (attempt, response) => {
      if (attempt > 1) response.writeHead(200).end();
      else response.writeHead(307, { location: receiver.url }).end();
    });
    await uploadAs("rita");
    await receiver.waitFor("rita", 1);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await receiver.waitFor("rita", 1)).toHaveLength(1);
    expect(await receiver.waitFor("rita", 2)).toHaveLength(2);
  });

  it("comes no more after a 410", async () => {
    receiver.answers.set("gus", (_, response) => void response.writeHead(410).end());
    await uploadAs("gus");
    await receiver.waitFor("gus", 1);
    await new Promise((resolve) => setTimeout(resolve, 8000));
    expect(await receiver.waitFor("gus", 1)).toHaveLength(1);
  });
});

describe("the quota", () => {
  it("gives fifty tickets to two hundred requests at once, over HTTP", async () => {
    const token = tokenFor("quentin");
    // A minute that begins in between has room for a few more: all of it is to be in one.
    const intoMinuteMs = Date.now() % 60_000;
    if (intoMinuteMs > 50_000)
      await new Promise((resolve) => setTimeout(resolve, 60_000 - intoMinuteMs));
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const response = await fetch(`${server.url}/v1/uploads`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ ...LIMITED, size: 1 }),
        });
        await response.text();
        return response.status;
      }),
    );
    expect(answers.filter((status) => status === 201)).toHaveLength(50);
    expect(answers.filter((status) => status === 429)).toHaveLength(150);
  });
});
