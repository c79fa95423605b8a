/**
 * A ticket that is used again, by its holder or by somebody who found it.
 *
 * AWS and Cloudflare document that a presigned URL can be used until it expires (R2: "Presigned URLs").
 */
import { describe, expect, it } from "vitest";
import { askForTicket, bytesOf, put } from "../e2e/support/server.ts";
import { BODY, DOCUMENT, STORE, alice, server } from "./support/attack.ts";
import { signCarelessly } from "./support/careless-signer.ts";

const OTHER = bytesOf("HELLO, STORE");

describe("a ticket that is used again", () => {
  it("replaces the object for a day, where it is a careless one", async () => {
    const key = "documents/alice/careless-replay";
    const ticket = { url: await signCarelessly(server.store, key), method: "PUT", headers: {} };
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
    expect(await put(ticket, OTHER)).toMatchObject({ status: 200 });
    expect((await server.read(key))?.bytes).toEqual(OTHER);
    expect(new URL(ticket.url).searchParams.get("X-Amz-Expires")).toBe("86400");
  });

  it("stores one body, though ten arrive at once", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    const bodies = Array.from({ length: 10 }, (_, index) => bytesOf(`${index}ello, store`));
    const answers = await Promise.all(bodies.map(async (body) => put(ticket, body)));
    const winner = bodies[answers.findIndex(({ status }) => status === 200)];
    const stored = answers.filter(({ status }) => status === 200).length;
    // Swift 2.30 has no If-None-Match, so that its policies say `overwrite: true`.
    expect(stored).toBe(STORE === "swift" ? 10 : 1);
    const found = await server.read(ticket.key);
    expect(STORE === "swift" ? bodies : [winner]).toContainEqual(found?.bytes);
  });

  it("ends with what the policy says, in minutes", async () => {
    const { url, expiresIn } = await askForTicket(server, alice, DOCUMENT);
    expect(expiresIn).toBe(300);
    expect(new URL(url).searchParams.get("X-Amz-Expires")).toBe("300");
  });
});
