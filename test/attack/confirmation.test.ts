/**
 * Uploads that are said to be there, and are not.
 *
 * CWE-345 (insufficient verification of data authenticity): a "confirm" route that believes the client.
 */
import { describe, expect, it } from "vitest";
import { askForTicket, call, put } from "../e2e/support/server.ts";
import { BODY, DOCUMENT, alice, bob, server } from "./support/attack.ts";

describe("an upload that never came", () => {
  it("is confirmed by a careless service, as the client says so", () => {
    const confirm = ({ key, size }: { key: string; size: number }) => ({
      status: "completed",
      key,
      size,
    });
    expect(confirm({ key: "documents/bob/x", size: 10 ** 9 })).toMatchObject({
      status: "completed",
    });
  });

  it("is completed by no body and no ETag: the store is asked", async () => {
    const { id } = await askForTicket(server, alice, DOCUMENT);
    for (const body of [undefined, {}, { etag: "d41d8cd98f00b204e9800998ecf8427e" }]) {
      const answer = await call(server, alice, "POST", `/v1/uploads/${id}/complete`, body);
      expect(answer).toMatchObject({ status: 422, body: { code: "verification-failed" } });
    }
    for (const body of [{ size: 12 }, { key: "documents/bob/x" }, { status: "completed" }]) {
      const answer = await call(server, alice, "POST", `/v1/uploads/${id}/complete`, body);
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
    }
  });

  it("has no receipt for bob, though alice's is there", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    const path = `/v1/uploads/${ticket.id}/complete`;
    expect(await call(server, bob, "POST", path)).toMatchObject({ status: 404 });
    const own = await call(server, alice, "POST", path);
    expect(own.status).toBe(200);
    const receipt = String(own.body["receipt"]);
    for (const forged of [receipt, ticket.id])
      expect(await call(server, forged, "POST", path)).toMatchObject({ status: 401 });
  });

  it("has no receipt for bob in a batch, beside one of his own", async () => {
    const tickets = [
      await askForTicket(server, alice, DOCUMENT),
      await askForTicket(server, bob, DOCUMENT),
    ];
    for (const ticket of tickets) expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    const ids = tickets.map(({ id }) => id);
    const path = "/v1/uploads/batch/complete";
    const { body } = await call(server, bob, "POST", path, { ids });
    expect(body).toMatchObject({
      results: [
        { status: 404, problem: { code: "upload-not-found" } },
        { status: 200, upload: { key: tickets[1]?.key } },
      ],
    });
    expect(JSON.stringify(body)).not.toContain(tickets[0]?.key);
  });

  it("is in no batch of more than 25, of one id twice, or of more than 64 KiB", async () => {
    const path = "/v1/uploads/batch/complete";
    const { id } = await askForTicket(server, alice, DOCUMENT);
    const many = Array.from({ length: 26 }, (_, index) => `${index}`);
    for (const ids of [many, [id, id]])
      expect(await call(server, alice, "POST", path, { ids })).toMatchObject({
        status: 422,
        body: { code: "invalid-request" },
      });
    const long = Array.from({ length: 25 }, (_, index) => `${index}${"x".repeat(4000)}`);
    expect(await call(server, alice, "POST", path, { ids: long })).toMatchObject({
      status: 413,
      body: { code: "too-large", limit: 65_536 },
    });
  });
});
