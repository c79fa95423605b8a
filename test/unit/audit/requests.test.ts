/** What requests without a ledger tell the audit. The schema is that of docs/audit-event.schema.json. */
import { describe, expect, it } from "vitest";
import { auditEventSchema } from "../../../operations/write-audit.ts";
import { createUploadsClass } from "../../../src/rpc/entrypoint.ts";
import { ADMIN_CONFIG, ADMIN_ENV, adminToken } from "../support/admin.ts";
import { createStore, PARTS_CONFIG, PARTS_ENV, send } from "../support/fake-store.ts";
import { postUpload, startWorker, tokenFor, type TestWorker } from "../support/start-worker.ts";

const schema = auditEventSchema();
const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 1234 };

interface AuditEvent {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A queue that keeps what it is given, if it takes it. */
function createQueue(isBroken = false) {
  const events: AuditEvent[] = [];
  return {
    events,
    sendBatch: async (messages: readonly { readonly body: unknown }[]) => {
      await Promise.resolve();
      if (isBroken) throw new Error("Queue sendBatch failed: Too Many Requests");
      events.push(...messages.map(({ body }) => schema.parse(body) as AuditEvent));
    },
  };
}

interface Audited {
  readonly worker: TestWorker;
  /** Returns the events so far, once all have arrived. */
  readonly read: () => Promise<readonly AuditEvent[]>;
}

interface Options extends Omit<NonNullable<Parameters<typeof startWorker>[0]>, "config"> {
  readonly config?: object;
  readonly isBroken?: boolean;
}

function start({ config = ADMIN_CONFIG, ...options }: Options): Audited {
  const AUDIT = createQueue(options.isBroken);
  const work: Promise<unknown>[] = [];
  const worker = startWorker({
    ...options,
    config: { ...config, audit: { queue: "AUDIT" } },
    env: { ...ADMIN_ENV, ...options.env, AUDIT },
    dependencies: {
      ...options.dependencies,
      waitUntil: (promise) => void work.push(promise),
    },
  });
  return {
    worker,
    read: async () => {
      await Promise.all(work);
      return AUDIT.events;
    },
  };
}

const typesOf = (events: readonly AuditEvent[]) =>
  events.map(({ type, data: { decision, code, policy } }) =>
    [type.replace("edge-presigner.", ""), decision, code, policy].filter(Boolean).join(" "),
  );

describe("the audit of a request", () => {
  it("says who got a ticket for what, until when, and in which request", async () => {
    const { worker, read } = start({});
    const response = await worker.fetch("/v1/uploads", {
      method: "POST",
      headers: {
        authorization: `Bearer ${await tokenFor()}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(PNG),
      cf: { country: "KR" },
    });
    const { key, expiresAt } = await response.json<{ key: string; expiresAt: string }>();
    const [event, ...others] = await read();
    const upload = event?.data["upload"];
    expect(others).toEqual([]);
    expect(event).toEqual({
      specversion: "1.0",
      id: `${String(upload)}.granted`,
      source: "edge-presigner",
      type: "edge-presigner.upload.granted",
      subject: key,
      time: "2026-11-22T07:00:00.000Z",
      datacontenttype: "application/json",
      data: {
        decision: "allowed",
        issuer: "https://backend.example.com",
        user: "alice",
        policy: "photo",
        store: "media",
        key,
        upload,
        size: 1234,
        contentType: "image/png",
        expiresAt: expiresAt.replace("Z", ".000Z"),
        requestId: response.headers.get("x-request-id"),
        country: "KR",
      },
    });
  });

  it("has each ticket of a batch, given or refused, and no name that no policy has", async () => {
    const { worker, read } = start({});
    const uploads = [PNG, { ...PNG, contentType: "text/html" }, { ...PNG, policy: "secret-name" }];
    await send(worker, "POST", "/v1/uploads/batch", { body: { uploads } });
    expect(typesOf(await read())).toEqual([
      "upload.granted allowed photo",
      "upload.refused refused type-not-allowed photo",
      "upload.refused refused policy-not-found",
    ]);
    expect(JSON.stringify(await read())).not.toContain("secret-name");
  });

  it("has downloads and deletions with their keys, also those that were refused", async () => {
    const store = createStore();
    const policy = { ...PARTS_CONFIG.policies.clip, download: true, delete: true };
    const config = { ...PARTS_CONFIG, policies: { ...PARTS_CONFIG.policies, clip: policy } };
    const { worker, read } = start({
      config,
      env: PARTS_ENV,
      dependencies: { fetch: store.fetch },
    });
    const body = { policy: "clip", contentType: "video/mp4", size: 5 };
    const { key } = await (
      await send(worker, "POST", "/v1/uploads", { body })
    ).json<{ key: string }>();
    for (const one of [key, "clips/bob/1.mp4"]) {
      await send(worker, "POST", "/v1/downloads", { body: { policy: "clip", key: one } });
      await send(worker, "DELETE", "/v1/objects", { body: { policy: "clip", key: one } });
    }
    const events = (await read()).slice(1);
    expect(typesOf(events)).toEqual([
      "download.granted allowed clip",
      "object.deleted allowed clip",
      "download.refused refused key-outside-prefix clip",
      "deletion.refused refused key-outside-prefix clip",
    ]);
    expect(events.map(({ subject }) => subject)).toEqual([
      key,
      key,
      "clips/bob/1.mp4",
      "clips/bob/1.mp4",
    ]);
    const ids = new Set(events.map(({ id }) => id));
    expect(ids.size).toBe(4);
  });

  it("has what became of an upload, with one id for a completion that is repeated", async () => {
    const store = createStore();
    const { worker, read } = start({
      config: PARTS_CONFIG,
      env: PARTS_ENV,
      dependencies: { fetch: store.fetch },
    });
    const body = { policy: "clip", contentType: "video/mp4", size: 5 };
    const create = async () =>
      (await (await send(worker, "POST", "/v1/uploads", { body })).json<{ id: string }>()).id;
    const [completed, rejected, aborted] = [await create(), await create(), await create()];
    store.object = { "content-length": "5", "content-type": "video/mp4", etag: '"e"' };
    await send(worker, "POST", `/v1/uploads/${completed}/complete`);
    await send(worker, "POST", `/v1/uploads/${completed}/complete`);
    store.object = { "content-length": "6", "content-type": "video/mp4", etag: '"e"' };
    await send(worker, "POST", `/v1/uploads/${rejected}/complete`);
    await send(worker, "DELETE", `/v1/uploads/${aborted}`);
    const events = (await read()).slice(3);
    expect(typesOf(events)).toEqual([
      "upload.completed allowed clip",
      "upload.completed allowed clip",
      "upload.rejected refused verification-failed clip",
      "upload.aborted allowed clip",
    ]);
    expect(events[0]?.id).toBe(events[1]?.id);
    expect(events[0]?.data).toMatchObject({ size: 5, etag: "e" });
    expect(events[2]?.data["reasons"]).toEqual([expect.stringContaining("6") as string]);
  });

  it("names nobody whose token is not valid, and the admin and whom the request was about", async () => {
    const { worker, read } = start({ config: { ...ADMIN_CONFIG, revocations: false } });
    await worker.fetch("/v1/policies", { headers: { authorization: "Bearer x.y.z" } });
    await worker.fetch("/v1/admin/stuck", {
      headers: { authorization: `Bearer ${await tokenFor()}` },
    });
    const admin = { authorization: `Bearer ${await adminToken()}` };
    await worker.fetch("/v1/admin/users/alice/uploads?issuer=https://other.example", {
      headers: admin,
    });
    await worker.fetch("/v1/admin/revocations", {
      method: "POST",
      headers: { ...admin, "content-type": "application/json" },
      body: JSON.stringify({ user: "alice" }),
    });
    await worker.fetch("/v1/admin/revocations", {
      method: "POST",
      headers: { ...admin, "content-type": "application/json" },
      body: JSON.stringify({ all: true }),
    });
    expect((await read()).map(({ type, data }) => [type.slice(15), data])).toMatchObject([
      ["identity.refused", { code: "unauthenticated", route: "/v1/policies", method: "GET" }],
      ["identity.refused", { code: "not-admin", route: "/v1/admin/stuck" }],
      [
        "admin.called",
        {
          decision: "refused",
          code: "invalid-request",
          user: "root",
          route: "/v1/admin/users/:user/uploads",
          target: { user: "alice", issuer: "https://other.example" },
        },
      ],
      ["admin.called", { user: "root", route: "/v1/admin/revocations", target: { user: "alice" } }],
      ["admin.called", { user: "root", route: "/v1/admin/revocations", target: { all: true } }],
    ]);
    expect((await read())[0]?.data).not.toHaveProperty("user");
  });

  it("has what another Worker asks for", async () => {
    const { worker, read } = start({});
    const { dependencies, getService } = worker.worker;
    const Uploads = createUploadsClass(getService, dependencies);
    const props = {
      issuer: "https://backend.example.com",
      policies: ["photo"],
      actions: ["upload"],
    };
    const uploads = new Uploads({ props } as never, {} as never);
    await uploads.createUpload({
      user: "alice",
      policy: "photo",
      contentType: "image/png",
      size: 5,
    });
    await uploads.createDownload({ user: "alice", policy: "photo", key: "x" });
    expect(typesOf(await read())).toEqual(["upload.granted allowed photo"]);
  });

  it("is counted in the log where it is lost, and the answer is the same", async () => {
    const { worker, read } = start({ isBroken: true });
    expect((await postUpload(worker, PNG)).status).toBe(201);
    expect(await read()).toEqual([]);
    expect(worker.log.map((line) => JSON.parse(line) as object)).toMatchObject([
      { event: "rate-limit-failed" },
      { event: "rate-limit-failed" },
      {
        event: "audit-failed",
        events: 1,
        reason: "Error: Queue sendBatch failed: Too Many Requests",
      },
      { event: "audit-lost", events: 1 },
    ]);
  });

  it("is not made of a request that asked for nothing", async () => {
    const { worker, read } = start({});
    await worker.fetch("/healthz");
    await postUpload(worker, "{");
    await send(worker, "GET", "/v1/policies");
    expect(await read()).toEqual([]);
  });
});

describe("an audit that cannot be sent", () => {
  it.for([
    [{ queue: "AUDIT" }, {}, "wrangler.toml: queues.producers"],
    [{ queue: "AUDIT" }, { AUDIT: { send: () => undefined } }, "wrangler.toml: queues.producers"],
    [{}, {}, "audit"],
    [{ queue: "AUDIT", url: "https://audit.example.com/" }, {}, "audit"],
    [{ url: "http://audit.example.com/" }, {}, "audit.url"],
    [{ url: "https://audit.example.com/" }, {}, "secrets.AUDIT_SECRET"],
    [{ queue: "AUDIT", source: "a service" }, {}, "audit.source"],
  ] as const)("is a configuration error: %j", async ([audit, env, path]) => {
    const worker = startWorker({
      config: { ...ADMIN_CONFIG, audit },
      env: { ...ADMIN_ENV, ...env },
    });
    expect((await worker.fetch("/healthz")).status).toBe(503);
    expect(worker.log.join("\n")).toContain(`"path":"${path}"`);
  });
});
