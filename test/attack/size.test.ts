/**
 * More bytes than were granted: somebody else pays for them.
 *
 * OWASP ASVS 5.0 5.2.1 and 5.2.4. The AWS SDK's presigner leaves `content-length` unsigned, and so does
 * aws4fetch without `allHeaders`.
 */
import { describe, expect, it } from "vitest";
import { askForTicket, call, put } from "../e2e/support/server.ts";
import { chunked, sendRaw, type RawAnswer } from "../e2e/support/raw-http.ts";
import { BODY, DOCUMENT, STORE, alice, server } from "./support/attack.ts";
import { signCarelessly } from "./support/careless-signer.ts";

const LONG = new Uint8Array(1_000_000).fill(97);

/** Sends a body in chunks, with the length that was signed beside it: fetch() cannot. */
async function putInChunks(
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  lengths: readonly number[],
): Promise<RawAnswer> {
  const { host, pathname, search } = new URL(url);
  return sendRaw(host, {
    method: "PUT",
    target: pathname + search,
    headers: [
      ["host", host],
      ...Object.entries(headers),
      ...lengths.map((length) => ["content-length", String(length)] as const),
      ["transfer-encoding", "chunked"],
    ],
    body: chunked(LONG),
  });
}

describe("a million bytes", () => {
  it("are stored where a careless signer signs no length", async () => {
    const key = "documents/alice/careless-size";
    const url = await signCarelessly(server.store, key);
    expect(await put({ url, method: "PUT", headers: {} }, LONG)).toMatchObject({ status: 200 });
    expect((await server.read(key))?.bytes).toHaveLength(LONG.length);
  });

  it("are refused under a ticket for twelve", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    // A server may refuse by closing the connection.
    const answer = await put(ticket, LONG).catch(() => undefined);
    expect(answer?.status ?? 403).toBe(403);
    expect(await server.read(ticket.key)).toBeUndefined();
  });

  it.for([
    ["without a length", []],
    ["beside the signed length", [BODY.length]],
    ["beside two lengths", [BODY.length, LONG.length]],
  ] as const)("are refused in chunks %s", async ([, lengths]) => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    const answer = await putInChunks(ticket, lengths).catch(() => undefined);
    const found = await server.read(ticket.key);
    // Swift 2.30 stores all of the chunks: what is too long is rejected by completion there.
    const isStored = STORE === "swift" && lengths.length === 1;
    expect((answer?.status ?? 400) >= 400).toBe(!isStored);
    expect(found?.bytes.length).toBe(isStored ? LONG.length : undefined);
    const completed = await call(server, alice, "POST", `/v1/uploads/${ticket.id}/complete`);
    expect(completed).toMatchObject({ status: 422, body: { code: "verification-failed" } });
  });
});

describe("a size", () => {
  it.for([-1, 0, 1.5, 1e21, Number.MAX_SAFE_INTEGER + 2, "12", null, [12], { $gt: 0 }, true])(
    "that is %j is refused",
    async (size) => {
      const answer = await call(server, alice, "POST", "/v1/uploads", { ...DOCUMENT, size });
      expect([413, 422]).toContain(answer.status);
    },
  );

  it("of more than the policy allows is refused, and a token cannot raise it", async () => {
    const answer = await call(server, alice, "POST", "/v1/uploads", {
      ...DOCUMENT,
      size: 100_000_001,
    });
    expect(answer).toMatchObject({ status: 413, body: { code: "too-large", limit: 100_000_000 } });
  });
});
