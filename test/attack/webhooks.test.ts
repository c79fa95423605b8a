/**
 * Webhooks that the Worker did not send, or sent long ago. On the embedded store, beside which alone a
 * receiver may be without https.
 *
 * Standard Webhooks 1.0, "Verifying signatures"; CWE-294 (authentication bypass by capture-replay).
 */
import { describe, expect, inject, it } from "vitest";
import { Webhook } from "standardwebhooks";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { askForTicket, bytesOf, call, put, tokenFor } from "../e2e/support/server.ts";
import { server } from "./support/attack.ts";

describe("a webhook", () => {
  /** Compares nothing, as a first tutorial does. */
  const receiveCarelessly = (body: string) => JSON.parse(body) as unknown;
  const FORGED = '{"type":"upload.completed","data":{"user":"alice","key":"documents/bob/x"}}';

  it("is believed by a careless receiver, whoever sent it", () => {
    expect(receiveCarelessly(FORGED)).toMatchObject({ type: "upload.completed" });
  });

  it("of the Worker verifies once its body, id and time are unchanged, and not when it is old", async () => {
    const user = "wanda";
    const image = { policy: "limited", filename: "a.png", contentType: "image/png", size: 5 };
    const ticket = await askForTicket(server, tokenFor(user), image);
    expect(await put(ticket, bytesOf("image"))).toMatchObject({ status: 200 });
    const path = `/v1/uploads/${ticket.id}/complete`;
    expect(await call(server, tokenFor(user), "POST", path)).toMatchObject({ status: 200 });
    const { headers, body } = await expectWebhook(ticket.key);
    const verifier = new Webhook(DEVELOPMENT_SECRETS.WEBHOOK_SECRET);
    expect(verifier.verify(body, headers)).toMatchObject({ data: { user } });
    const changes = [
      [FORGED, headers],
      [body, { ...headers, "webhook-id": "another" }],
      [body, { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) }],
      [
        body,
        { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 600) },
      ],
      [body, { ...headers, "webhook-signature": "v1,AAAA" }],
    ] as const;
    for (const [text, changed] of changes)
      expect(() => verifier.verify(text, changed)).toThrow(/signature|timestamp/i);
  });
});

interface Recorded {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function expectWebhook(key: string): Promise<Recorded> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const response = await fetch(`${inject("recorder")}/webhooks`);
    const webhooks = (await response.json()) as readonly Recorded[];
    const found = webhooks.find(({ body }) => body.includes(key));
    if (found) return found;
    if (Date.now() > deadline) throw new Error("The webhook did not come");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
