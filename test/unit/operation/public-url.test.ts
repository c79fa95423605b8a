import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aws } from "../../../src/define.ts";
import { createStore, send } from "../support/fake-store.ts";
import { CONFIG, ENV, startWorker } from "../support/start-worker.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2040-01-01T00:00:00Z") });
});

afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

interface Upload {
  readonly id: string;
  readonly key: string;
}

interface Shown {
  readonly publicUrl?: string;
}

function start(publicBaseUrl: string | undefined) {
  const store = createStore();
  const media = aws({
    region: "ap-northeast-2",
    bucket: "acme-media",
    ...(publicBaseUrl !== undefined && { publicBaseUrl }),
  });
  const types = ["*/*", "text/html", "image/svg+xml"];
  const config = {
    ...CONFIG,
    stores: { media },
    defaultPolicy: "file",
    policies: {
      file: { store: "media", key: "files/{user}/{id}/{name}", types, maxBytes: "1 MB" },
      counted: {
        store: "media",
        key: "counted/{user}/{id}.{ext}",
        types,
        maxBytes: "1 MB",
        quota: { pending: 10 },
      },
    },
  };
  const worker = startWorker({
    config,
    env: { ...ENV, LEDGER: env.LEDGER },
    dependencies: { fetch: store.fetch, now: () => Date.now() },
  });
  const ask = async (method: string, path: string, body?: object) =>
    send(worker, method, path, { body });
  return {
    ask,
    /** Creates an upload, and stores what it was granted. */
    upload: async (request: Readonly<Record<string, unknown>>) => {
      const upload = await (
        await ask("POST", "/v1/uploads", { size: 5, ...request })
      ).json<Upload>();
      store.object = {
        "content-length": "5",
        "content-type": String(request["contentType"]),
        etag: '"abc"',
      };
      return upload;
    },
    complete: async ({ id }: Upload) =>
      (await ask("POST", `/v1/uploads/${id}/complete`)).json<Shown>(),
  };
}

const PNG = { filename: "제주 (1)+%.png", contentType: "image/png" };

describe("the public URL of an upload", () => {
  it.for(["https://media.example.com", "https://media.example.com/", "http://localhost:9000/a"])(
    "is the base %s and the key, encoded once",
    async (base) => {
      const { upload: create, complete } = start(base);
      const upload = await create(PNG);
      const { publicUrl } = await complete(upload);
      const { href, pathname } = new URL(publicUrl ?? "");
      expect(href).toBe(publicUrl);
      expect(publicUrl).toMatch(new RegExp(`^${base.replace(/\/$/, "")}/files/alice/`));
      expect(decodeURIComponent(pathname.replace(/^\/a\/(?=files)|^\//, ""))).toBe(upload.key);
    },
  );

  it("is in the record and the list of completed uploads alone", async () => {
    const { upload: create, complete, ask } = start("https://media.example.com");
    const upload = await create({ policy: "counted", ...PNG });
    const read = async () => (await ask("GET", `/v1/uploads/${upload.id}`)).json<Shown>();
    expect(await read()).not.toHaveProperty("publicUrl");
    const { publicUrl } = await complete(upload);
    expect(publicUrl).toBe(`https://media.example.com/${upload.key}`);
    expect(await read()).toMatchObject({ publicUrl });
    const { uploads } = await (await ask("GET", "/v1/uploads")).json<{ uploads: Shown[] }>();
    expect(uploads).toMatchObject([{ publicUrl }]);
  });

  it("is absent for a store that is not said to be public", async () => {
    const { upload: create, complete } = start(undefined);
    const completed = await complete(await create(PNG));
    expect(completed).toMatchObject({ status: "completed" });
    expect(completed).not.toHaveProperty("publicUrl");
  });

  it.for([
    ["text/html", "a.html"],
    ["image/svg+xml", "a.svg"],
    ["application/octet-stream", "a.bin"],
  ] as const)("is not given for what a browser runs: %s", async ([contentType, filename]) => {
    const { upload: create, complete } = start("https://media.example.com");
    const completed = await complete(await create({ filename, contentType }));
    expect(completed).toMatchObject({ status: "completed", contentType });
    expect("publicUrl" in completed).toBe(contentType === "application/octet-stream");
  });
});
