import { hc } from "hono/client";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import type { AppType } from "../../../src/http/app-type.ts";
import type { ProblemCode } from "../../../src/problem.ts";
import { bytesOf, put, startServer, tokenFor, type Server } from "../support/server.ts";

describe("Hono's client", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => server.close());

  const open = () =>
    hc<AppType>(server.url, { headers: { authorization: `Bearer ${tokenFor("alice")}` } });

  it("uploads, completes, reads and deletes a file", async () => {
    const client = open();
    const json = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 5 };
    const created = await client.v1.uploads.$post({ json });
    if (created.status !== 201) throw new Error((await created.json()).detail);
    const ticket = await created.json();
    if (!("url" in ticket)) throw new Error("This is a multipart upload");
    expect((await put(ticket, bytesOf("hello"))).status).toBe(200);

    const param = { id: ticket.id };
    const completed = await client.v1.uploads[":id"].complete.$post({ param });
    if (completed.status === 202) throw new Error("The policy has no quarantine");
    if (completed.status !== 200) throw new Error((await completed.json()).detail);
    expect((await completed.json()).size).toBe(5);

    const batch = await client.v1.uploads.batch.complete.$post({ json: { ids: [ticket.id] } });
    if (batch.status !== 200) throw new Error((await batch.json()).detail);
    const [result] = (await batch.json()).results;
    if (result?.status !== 200 || !("upload" in result)) throw new Error("It is not completed");
    expect(result.upload.size).toBe(5);

    const { key } = ticket;
    const download = await client.v1.downloads.$post({ json: { policy: "document", key } });
    if (download.status !== 200) throw new Error((await download.json()).detail);
    expect(await (await fetch((await download.json()).url)).text()).toBe("hello");

    const deleted = await client.v1.objects.$delete({ json: { policy: "document", key } });
    expect(deleted.status).toBe(204);
    expect(await server.read(key)).toBeUndefined();
  });

  it("reads a problem by its status", async () => {
    const refused = await open().v1.uploads.$post({ json: { contentType: "text/plain", size: 1 } });
    if (refused.status === 201) throw new Error("The policy photo took a text");
    expect(refused.status).toBe(415);
    const { code } = await refused.json();
    expect(code).toBe("type-not-allowed");
    expectTypeOf(code).toEqualTypeOf<ProblemCode>();
  });

  it("reaches the other routes", async () => {
    const client = open();
    const query = { fileName: "a.png", fileType: "image/png", fileSize: "5" };
    expect((await client["presigned-url"].$get({ query })).status).toBe(200);
    expect((await client.v1.uploads.$get({ query: { status: "pending" } })).status).toBe(200);
    const policies = await client.v1.policies.$get();
    if (policies.status !== 200) throw new Error((await policies.json()).detail);
    const [first] = (await policies.json()).policies;
    expect(first).toMatchObject({ name: "photo", maxBytes: 10_000_000 });
    expectTypeOf(first?.maxBytes).toEqualTypeOf<number | undefined>();
    expect((await client.healthz.$get()).status).toBe(200);
    expect((await client[".well-known"]["jwks.json"].$get()).status).toBe(200);
  });

  it("refuses what the service would refuse, as types", () => {
    const { uploads } = hc<AppType>("http://localhost").v1;
    type Body = Parameters<typeof uploads.$post>[0]["json"];
    expectTypeOf<Body["contentType"]>().toEqualTypeOf<string>();
    expectTypeOf<{ contentType: "a/b"; nobody: 1 }>().not.toEqualTypeOf<Body>();
    // @ts-expect-error -- the type of the file is required
    const body: Body = { size: 5 };
    expect(body).toBeDefined();
  });
});
