/**
 * Requests that want the Worker to call, or to sign for, a host of their choice.
 *
 * OWASP API7:2023 (server-side request forgery), PortSwigger "HTTP Host header attacks".
 */
import { describe, expect, it } from "vitest";
import { askForTicket, bytesOf, call } from "../e2e/support/server.ts";
import { sendRaw } from "../e2e/support/raw-http.ts";
import { DOCUMENT, STORE, alice, server } from "./support/attack.ts";
import { signCarelessly } from "./support/careless-signer.ts";

const host = new URL(server.url).host;

async function postRaw(headers: readonly (readonly [string, string])[], target = "/v1/uploads") {
  const body = bytesOf(JSON.stringify(DOCUMENT));
  const answer = await sendRaw(host, {
    method: "POST",
    target,
    headers: [
      ["authorization", `Bearer ${alice}`],
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ["connection", "close"],
      ...headers,
    ],
    body,
  });
  return { status: answer.status, body: JSON.parse(answer.text) as Record<string, unknown> };
}

describe("a host that the request names", () => {
  it("gets a valid signature of a careless signer, which believes it", async () => {
    const origin = "https://evil.example";
    const url = await signCarelessly({ ...server.store, origin }, "documents/alice/x");
    expect(new URL(url).searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
  });

  it.for([
    "x-forwarded-host",
    "x-original-host",
    "x-host",
    "forwarded",
    "x-original-url",
    "x-rewrite-url",
  ])("is not believed in %s", async (header) => {
    const value = header === "forwarded" ? "host=evil.example" : "evil.example";
    const { status, body } = await postRaw([
      ["host", host],
      [header, value],
    ]);
    expect(status).toBe(201);
    expect(JSON.stringify(body)).not.toContain("evil.example");
    expect(new URL(String(body["url"])).origin).toBe(server.store.origin);
  });

  it("gets nothing of a development configuration but 503", async () => {
    for (const evil of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example"]) {
      const { status, body } = await postRaw([["host", evil]]);
      const expected = STORE === "swift" || STORE === "ceph" ? [503, 201] : [503];
      expect(expected).toContain(status);
      expect(JSON.stringify(body)).not.toContain(evil);
    }
  });
});

describe("a field that names an address", () => {
  it.for(["endpoint", "url", "bucket", "region", "store", "callbackUrl", "webhook", "origin"])(
    "is not known: %s",
    async (field) => {
      const body = { ...DOCUMENT, [field]: "http://169.254.169.254/" };
      const answer = await call(server, alice, "POST", "/v1/uploads", body);
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
      const read = { policy: "document", key: "x", [field]: "http://169.254.169.254/" };
      const download = await call(server, alice, "POST", "/v1/downloads", read);
      expect(download).toMatchObject({ status: 422 });
    },
  );

  it("is part of a name at most", async () => {
    const filename = "http:⁄⁄169.254.169.254⁄.txt";
    const ticket = await askForTicket(server, alice, { ...DOCUMENT, filename });
    expect(new URL(ticket.url).origin).toBe(server.store.origin);
  });
});

describe("a header that belongs to one hop", () => {
  it("cannot take the token away from a later hop, or smuggle a second request", async () => {
    const { status } = await postRaw([
      ["host", host],
      ["connection", "authorization"],
    ]);
    expect([201, 400, 401]).toContain(status);
    const inner = `GET /v1/uploads HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
    const smuggled = await sendRaw(host, {
      method: "POST",
      target: "/v1/uploads",
      headers: [
        ["host", host],
        ["content-length", "4"],
        ["transfer-encoding", "chunked"],
      ],
      body: bytesOf(`0\r\n\r\n${inner}`),
    }).catch(() => ({ status: 400 }));
    expect([400, 401]).toContain(smuggled.status);
  });
});
