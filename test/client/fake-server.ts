/** A fake of the service and its store, over HTTP. A test can replace single answers. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { vector, type Exchange, type Reaction, type Seen, type Step } from "./reactions.ts";
import { bodyOf } from "./vectors.ts";

export interface Settings {
  readonly now?: () => number;
  /** Uploads of at least this many bytes are multipart. */
  readonly multipartFrom?: number;
  /** Default: what the client chooses. */
  readonly partSize?: number;
  readonly ticketSeconds?: number;
  /** Whether the store lists parts. */
  readonly isListing?: boolean;
  /** Whether all uploads have the same key. */
  readonly hasOneKey?: boolean;
}

export interface FakeServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  /** How many requests of this kind came. */
  readonly count: (step: Step) => number;
  readonly last: (step: Step) => Seen;
  /** Answers the next requests of this kind with these reactions, one for each. */
  readonly on: (step: Step, ...reactions: readonly Reaction[]) => void;
  /** The stored objects, by key. */
  readonly objects: Map<string, Buffer>;
  readonly uploads: Map<string, Pending>;
  readonly mostAtOnce: () => number;
  readonly close: () => Promise<void>;
}

interface Pending {
  readonly key: string;
  readonly size: number;
  readonly partCount: number | undefined;
  readonly parts: Map<number, Buffer>;
}

const ROUTES: readonly (readonly [method: string, path: RegExp, step: Step])[] = [
  ["POST", /^\/v1\/uploads$/, "ticket"],
  ["POST", /^\/v1\/uploads\/batch$/, "tickets"],
  ["POST", /^\/v1\/uploads\/batch\/complete$/, "completions"],
  ["POST", /\/parts$/, "sign"],
  ["GET", /\/parts$/, "list"],
  ["POST", /\/complete$/, "complete"],
  ["DELETE", /^\/v1\/uploads\//, "abort"],
  ["DELETE", /^\/v1\/objects$/, "remove"],
  ["PUT", /^\/store\//, "put"],
];

const etagOf = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");

export async function startFakeServer({
  now = Date.now,
  multipartFrom = Number.POSITIVE_INFINITY,
  partSize: fixedPartSize,
  ticketSeconds = 300,
  isListing = false,
  hasOneKey = false,
}: Settings = {}): Promise<FakeServer> {
  const seen: Seen[] = [];
  const reactions = new Map<Step, Reaction[]>();
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Pending>();
  let partSize = fixedPartSize ?? 1000;
  let tickets = 0;
  let atOnce = 0;
  let most = 0;

  const sign = (id: string, partNumber: number, contentLength: number) => ({
    partNumber,
    method: "PUT",
    url: `${url}/store/${id}/${partNumber}?issued=${now()}&ticket=${(tickets += 1)}`,
    headers: { "x-ticket": String(tickets) },
    contentLength,
    expiresIn: ticketSeconds,
    expiresAt: new Date(now() + ticketSeconds * 1000).toISOString(),
  });
  const sizeOf = ({ size }: Pending, part: number) =>
    Math.min(partSize, size - (part - 1) * partSize);

  const create = (body: Seen["body"]): object => {
    const size = Number(body["size"]);
    partSize = fixedPartSize ?? Number(body["partSize"] ?? partSize);
    const id = `upload-${uploads.size + 1}`;
    const isMultipart = size >= multipartFrom;
    const key = hasOneKey ? "one-key" : `photos/alice/${id}`;
    const partCount = isMultipart ? Math.ceil(size / partSize) : undefined;
    const pending = { key, size, partCount, parts: new Map() };
    uploads.set(id, pending);
    if (partCount === undefined) {
      const { partNumber: _, ...signed } = sign(id, 0, size);
      return { ...bodyOf("ticket"), id, key, ...signed };
    }
    const hasPartChecksums = /-\d+$/.test(JSON.stringify(body["checksum"] ?? "").slice(0, -2));
    const first = Array.from({ length: hasPartChecksums ? 0 : Math.min(25, partCount) });
    const parts = first.map((_, index) => sign(id, index + 1, sizeOf(pending, index + 1)));
    const multipart = { uploadId: "u", partSize, partCount, parts };
    return { ...bodyOf("ticket-in-parts"), id, key, multipart };
  };
  const complete = (id: string) => {
    const { key, partCount, parts, size } = get(id);
    if (partCount !== undefined && parts.size === partCount) {
      const inOrder = [...parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
      objects.set(key, Buffer.concat(inOrder));
    }
    return objects.get(key)?.length === size
      ? { status: 200, upload: { ...bodyOf("completed"), id, key } }
      : { status: 422, problem: bodyOf("problem-verification-pending") };
  };

  const answers: Readonly<Record<Step, (exchange: Exchange) => Promise<void>>> = {
    async ticket({ response, seen: { body } }) {
      answer(response, 201, create(body));
    },
    async tickets({ response, seen: { body } }) {
      const all = body["uploads"] as readonly Seen["body"][];
      answer(response, 200, { results: all.map((one) => ({ status: 201, upload: create(one) })) });
    },
    async completions({ response, seen: { body } }) {
      const ids = body["ids"] as readonly string[];
      answer(response, 200, { results: ids.map(complete) });
    },
    async sign({ response, seen: { path, body } }) {
      const [id, pending] = find(path);
      const parts = (body["partNumbers"] as readonly number[]).map((part) =>
        sign(id, part, sizeOf(pending, part)),
      );
      answer(response, 200, { parts });
    },
    async list({ response, seen: { path } }) {
      const [, { parts }] = find(path);
      const done = [...parts].map(([partNumber, bytes]) => ({ partNumber, etag: etagOf(bytes) }));
      const listed = { partsListed: isListing, done: isListing ? done : [] };
      answer(response, 200, { ...bodyOf("parts-state"), ...listed });
    },
    async complete({ response, seen: { path } }) {
      const { upload, status, problem } = complete(find(path)[0]);
      answer(response, status, upload ?? problem);
    },
    abort: async ({ response }) => answer(response, 204),
    remove: async ({ response }) => answer(response, 204),
    async put({ request, response, seen: one }) {
      const { pathname, searchParams } = new URL(one.path, url);
      const [, , id = "", part = ""] = pathname.split("/");
      if (now() > Number(searchParams.get("issued")) + ticketSeconds * 1000) {
        vector("store-expired")({ response });
        return;
      }
      const pending = uploads.get(id);
      if (!pending) throw new Error(`There is no upload ${id}`);
      const bytes = await buffer(request);
      one.bytes = bytes.length;
      if (part === "0" && objects.has(pending.key)) {
        vector("store-taken")({ response });
        return;
      }
      if (part === "0") objects.set(pending.key, bytes);
      else pending.parts.set(Number(part), bytes);
      response.setHeader("etag", `"${etagOf(bytes)}"`);
      answer(response, 200);
    },
  };

  const get = (id: string): Pending => {
    const pending = uploads.get(id);
    if (!pending) throw new Error(`There is no upload ${id}`);
    return pending;
  };
  const find = (path: string): readonly [string, Pending] => {
    const id = path.split("/")[3] ?? "";
    return [id, get(id)];
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url: path = "", headers } = request;
    const route = ROUTES.find(([verb, pattern]) => verb === method && pattern.test(path));
    if (!route) throw new Error(`The fake server has no route ${method} ${path}`);
    const [, , step] = route;
    const text = step === "put" ? "" : (await buffer(request)).toString();
    const body = (text === "" ? {} : JSON.parse(text)) as Seen["body"];
    const one: Seen = { step, path, headers, body, bytes: 0 };
    seen.push(one);
    const exchange = { request, response, seen: one, usual: async () => answers[step](exchange) };
    await (reactions.get(step)?.shift() ?? answers[step])(exchange);
  };

  const server = createServer((request, response) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    response.on("close", () => void (atOnce -= 1));
    void serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    seen,
    objects,
    uploads,
    count: (step) => seen.filter((one) => one.step === step).length,
    last: (step) => {
      const one = seen.findLast((other) => other.step === step);
      if (!one) throw new Error(`There was no request of the kind ${step}`);
      return one;
    },
    on: (step, ...more) => void reactions.set(step, [...(reactions.get(step) ?? []), ...more]),
    mostAtOnce: () => most,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(response: ServerResponse, status: number, body?: object): void {
  response.writeHead(status, body && { "content-type": "application/json" });
  response.end(body && JSON.stringify(body));
}
