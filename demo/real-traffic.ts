/** A minute of users of the development server: they upload, give up, and are refused. */
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod/mini";
import { call, put, tokenFor, type Server } from "../test/e2e/support/server.ts";

interface Upload {
  readonly user: string;
  readonly filename?: string;
  readonly policy: string;
  readonly contentType: string;
  readonly size: number;
}

const ticketSchema = z.object({
  id: z.string(),
  method: z.string(),
  url: z.string(),
  key: z.string(),
  headers: z.record(z.string(), z.string()),
  expiresIn: z.number(),
});
const SECONDS = 60;
const kB = 1000;
const UPLOADS: readonly Upload[] = [
  { user: "alice", policy: "limited", contentType: "image/png", size: 348 * kB },
  { user: "bob", policy: "photo", contentType: "image/jpeg", size: 812 * kB },
  {
    user: "carol",
    policy: "document",
    filename: "report.pdf",
    contentType: "application/pdf",
    size: 96 * kB,
  },
  { user: "alice", policy: "photo", contentType: "image/jpeg", size: 640 * kB },
  { user: "dora", policy: "plan", contentType: "image/png", size: 120 * kB },
];
/** What is refused, every few seconds. */
const REFUSED: readonly Upload[] = [
  { user: "erin", policy: "limited", contentType: "text/html", size: kB },
  { user: "bob", policy: "photo", contentType: "image/png", size: 40_000 * kB },
  { user: "", policy: "photo", contentType: "image/png", size: kB },
];

/** Sends about one upload a second. `onPause` is called after each. */
export async function sendTraffic(server: Server, onPause: () => void): Promise<void> {
  for (let second = 0; second < SECONDS; second += 1) {
    const startedAtMs = performance.now();
    const upload = UPLOADS[second % UPLOADS.length];
    const refused = second % 4 === 0 ? REFUSED[(second / 4) % REFUSED.length] : undefined;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    if (upload) await send(server, upload);
    // oxlint-disable-next-line no-await-in-loop -- as above
    if (refused) await ask(server, refused);
    onPause();
    // oxlint-disable-next-line no-await-in-loop -- as above
    await wait(Math.max(0, 1000 - (performance.now() - startedAtMs)));
  }
}

async function ask(server: Server, { user, ...upload }: Upload) {
  const token = user === "" ? "expired" : tokenFor(user);
  return { token, ...(await call(server, token, "POST", "/v1/uploads", upload)) };
}

async function send(server: Server, upload: Upload): Promise<void> {
  const { token, status, body } = await ask(server, upload);
  if (status !== 201) return;
  const ticket = ticketSchema.parse(body);
  await put(ticket, new Uint8Array(upload.size));
  await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
}
