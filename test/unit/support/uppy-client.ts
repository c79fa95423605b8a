/** A Worker with the store that a test scripts, and what the clients of Uppy ask of it. */
import { expect } from "vitest";
import { NOW, startWorker, tokenFor, type TestWorker } from "./start-worker.ts";
import { PARTS_CONFIG, PARTS_ENV, createStore, send, type FakeStore } from "./fake-store.ts";

export const FOREVER = { exp: Date.parse("2050-01-01T00:00:00Z") / 1000 };

export interface Setting {
  readonly store: FakeStore;
  readonly worker: TestWorker;
  readonly moveClock: (seconds: number) => void;
}

export function start(config: unknown = PARTS_CONFIG, bindings: object = {}): Setting {
  const store = createStore();
  let now = NOW;
  const dependencies = { fetch: store.fetch, now: () => now };
  return {
    store,
    worker: startWorker({ config, env: { ...PARTS_ENV, ...bindings }, dependencies }),
    moveClock: (seconds) => void (now += seconds * 1000),
  };
}

/** What the clients send: every field of a file's meta, texts in versions 4 and 5, values in 6. */
export const META = { name: "a.mp4", type: "video/mp4", relativePath: null };
export const FILE = { filename: "a.mp4", type: "video/mp4" };

export interface CreatedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly bucket: string;
}

export const create = async (worker: TestWorker, metadata: object, fields: object = {}) =>
  send(worker, "POST", "/s3/multipart", { body: { ...FILE, metadata, ...fields } });

export async function createUpload(
  worker: TestWorker,
  size: number,
  metadata: object = {},
): Promise<CreatedUpload> {
  const response = await create(worker, { ...META, size, ...metadata });
  expect(response.status).toBe(200);
  return response.json();
}

export const pathOf = ({ uploadId, key }: CreatedUpload, what = "") =>
  `/s3/multipart/${encodeURIComponent(uploadId)}${what}?key=${encodeURIComponent(key)}`;

/** As versions 4 and 5 ask, which name JSON. */
export async function getParams(
  worker: TestWorker,
  meta: Readonly<Record<string, string>>,
  fields: Readonly<Record<string, string>> = FILE,
): Promise<Response> {
  const named = Object.entries(meta).map(([name, value]) => [`metadata[${name}]`, value] as const);
  const query = new URLSearchParams([...Object.entries(fields), ...named]);
  return worker.fetch(`/s3/params?${query.toString()}`, {
    headers: { authorization: `Bearer ${await tokenFor(FOREVER)}`, accept: "application/json" },
  });
}

export const signedHeaders = (url: string) => new URL(url).searchParams.get("X-Amz-SignedHeaders");
