/** Every answer that a client has to read, asked of the Worker and its store. */
import { createHash } from "node:crypto";
import { exchange, put, type Asking, type Exchange, type Exchanges } from "./exchange.ts";
import { recordUppy } from "./record-uppy.ts";
import { bytesOf, type Server } from "./server.ts";

const MiB = 2 ** 20;
const NOTE = { policy: "document", filename: "여행.txt", contentType: "text/plain", size: 5 };
const CLIP = { policy: "clip", filename: "a.mp4", contentType: "video/mp4" };
const HELLO = bytesOf("hello");

interface Ticket {
  readonly id: string;
  readonly key: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly multipart: { readonly parts: readonly Omit<Ticket, "multipart">[] };
}

const ticketOf = ({ answer }: Exchange) => answer.body as Ticket;

/** By the names of their files. */
export async function recordAnswers(server: Server): Promise<Exchanges> {
  const ask = async (method: string, path: string, body?: unknown, asking?: Asking) =>
    exchange(server.url, fetch, [method, path, body], asking);
  const begin = async (body: object, asking?: Asking) => ask("POST", "/v1/uploads", body, asking);
  const send = async (ticket: Pick<Ticket, "url" | "headers">, bytes = HELLO) =>
    put(
      server.url,
      { ...ticket, url: ticket.url.replace("http://localhost:8787", server.url) },
      bytes,
    );
  const completionOf = ({ id }: Pick<Ticket, "id">) => `/v1/uploads/${id}/complete`;

  const ticket = await begin({ ...NOTE, metadata: { album: "제주" } });
  const note = ticketOf(ticket);
  const nothingYet = await ask("POST", completionOf(note), {});
  const changed = await send({
    ...note,
    headers: { ...note.headers, "content-type": "text/html" },
  });
  const stored = await send(note);
  const taken = await send(note);
  const etag = stored.answer.headers["etag"];
  const completed = await ask("POST", completionOf(note), { etag });
  const key = { policy: "document", key: note.key };

  const image = { filename: "a.png", contentType: "image/png" };
  const value = createHash("sha256").update(HELLO).digest("base64");
  const checked = { policy: "avatar", ...image, size: 5 };

  const inParts = await begin({ ...CLIP, size: 8 * MiB + 5 });
  const clip = ticketOf(inParts);
  const parts = `/v1/uploads/${clip.id}/parts`;
  const renewed = await ask("POST", parts, { partNumbers: [1, 2] });
  const [first, second] = (renewed.answer.body as Ticket["multipart"]).parts;
  if (!first || !second) throw new Error("There are no tickets of parts");
  const sent = [await send(first, new Uint8Array(8 * MiB)), await send(second)];
  const done = sent.map(({ answer }, index) => ({
    partNumber: index + 1,
    etag: answer.headers["etag"],
  }));
  const notAll = await ask("POST", completionOf(clip), {
    parts: done.map((part) => ({ ...part, etag: "00000000000000000000000000000000" })),
  });
  const partsState = await ask("GET", parts);
  const partsCompleted = await ask("POST", completionOf(clip), { parts: done });
  const alreadyCompleted = await ask("DELETE", `/v1/uploads/${clip.id}`);

  const aborted = ticketOf(await begin({ ...CLIP, size: 8 * MiB + 5 }));
  const abort = await ask("DELETE", `/v1/uploads/${aborted.id}`);
  const [abortedPart] = aborted.multipart.parts;
  if (!abortedPart) throw new Error("There is no ticket of a part");
  const gone = await send(abortedPart, new Uint8Array(8 * MiB));

  const repeatable = { headers: { "idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324" } };
  const whole = { ...CLIP, size: 5 };
  const repeated = ticketOf(await begin(whole, repeatable));
  await send(repeated);
  await ask("POST", completionOf(repeated), {});

  const scanned = { policy: "scanned", filename: "a.txt", contentType: "text/plain", size: 5 };
  const pending = await begin(scanned);
  await send(ticketOf(pending));
  const page = ticketOf(await begin({ ...scanned, size: 6 }));
  await send(page, bytesOf("<html>"));

  const once = { ...NOTE, policy: "once" };
  const oneOfOne = await begin(once);
  const expiring = ticketOf(await begin({ ...CLIP, size: 5 }));
  await new Promise((resolve) => setTimeout(resolve, 5500));

  return {
    ticket: ticket,
    "ticket-with-quota": oneOfOne,
    "ticket-in-quarantine": pending,
    "ticket-without-size": await begin({ policy: "photo", ...image }),
    "ticket-with-checksum": await begin({ ...checked, checksum: { algorithm: "sha256", value } }),
    "ticket-in-parts": inParts,
    "ticket-in-many-parts": await begin({ ...CLIP, policy: "video", size: 26 * 8 * MiB }),
    "parts-tickets": renewed,
    "parts-state": partsState,
    completed: completed,
    "completed-in-parts": partsCompleted,
    "completed-later": await ask("POST", completionOf(ticketOf(pending)), {}),
    aborted: abort,
    "completed-batch": await ask("POST", "/v1/uploads/batch/complete", {
      ids: [note.id, aborted.id],
    }),
    policies: await ask("GET", "/v1/policies"),
    download: await ask("POST", "/v1/downloads", key),
    removed: await ask("DELETE", "/v1/objects", key),
    list: await ask("GET", "/v1/uploads"),
    upload: await ask("GET", `/v1/uploads/${ticketOf(oneOfOne).id}`),
    batch: await ask("POST", "/v1/uploads/batch", {
      uploads: [NOTE, { ...NOTE, size: 100_000_001 }],
    }),
    guide: await ask("GET", "/presigned-url?fileName=a.png&fileType=image/png&fileSize=5"),
    health: await ask("GET", "/healthz"),
    keys: await ask("GET", "/.well-known/jwks.json"),
    ...(await recordUppy(ask, send)),
    "store-stored": stored,
    "store-taken": taken,
    "store-changed": changed,
    "store-expired": await send(expiring),
    "store-part-of-nothing": gone,
    "problem-bad-request": await ask("POST", "/v1/uploads", undefined),
    "problem-unauthenticated": await ask("POST", "/v1/uploads", NOTE, {
      headers: { authorization: "Bearer nobody" },
    }),
    "problem-forbidden": await ask("DELETE", "/v1/objects", { policy: "clip", key: clip.key }),
    "problem-origin-not-allowed": await ask("POST", "/v1/uploads", NOTE, {
      headers: { origin: "https://evil.example" },
    }),
    "problem-key-outside-prefix": await ask("POST", "/v1/downloads", key, { user: "bob" }),
    "problem-not-found": await ask("GET", "/v1/nothing"),
    "problem-policy-not-found": await begin({ ...NOTE, policy: "nobody" }),
    "problem-upload-not-found": await ask("GET", "/v1/uploads/nobody"),
    "problem-already-completed": alreadyCompleted,
    "problem-already-completed-before": await begin(whole, repeatable),
    "problem-idempotency-key-reused": await begin({ ...whole, size: 6 }, repeatable),
    "problem-upload-expired": await ask("POST", completionOf(aborted), {}),
    "problem-too-large": await begin({ ...NOTE, size: 100_000_001 }),
    "problem-type-not-allowed": await begin({ ...NOTE, policy: "photo" }),
    "problem-invalid-request": await begin({ ...NOTE, filename: "a/b", size: -1 }),
    "problem-checksum-demanded": await begin(checked),
    "problem-size-required": await begin({ ...NOTE, size: undefined }),
    "problem-verification-pending": nothingYet,
    "problem-content-rejected": await ask("POST", completionOf(page), {}),
    "problem-parts-missing": notAll,
    "problem-quota-exceeded": await begin(once),
  };
}
