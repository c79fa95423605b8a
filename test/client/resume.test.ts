import { describe, expect, it } from "vitest";
import {
  createMemoryStore,
  type RememberedUpload,
  type UploadStore,
} from "../../client/web/src/index.ts";
import { bytesOf, failureOf, fileOf, start, type Setting } from "./client.ts";
import { hold, vector } from "./reactions.ts";
import { type Settings } from "./fake-server.ts";

const PARTS = { partsFrom: 1, partSize: 1000 };

/** A store that shows what is in it. */
function createWatchedStore(): UploadStore & { readonly all: Map<string, RememberedUpload> } {
  const store = createMemoryStore();
  const all = new Map<string, RememberedUpload>();
  return {
    all,
    get: store.get,
    set: async (name, upload) => {
      all.set(name, upload);
      await store.set(name, upload);
    },
    delete: async (name) => {
      all.delete(name);
      await store.delete(name);
    },
  };
}

/** An upload of five parts whose page went away after the second one. */
async function interrupt(
  settings: Settings = {},
): Promise<Setting & { readonly store: ReturnType<typeof createWatchedStore> }> {
  const store = createWatchedStore();
  const setting = await start({ ...PARTS, ...settings }, { store });
  const { server, uploader } = setting;
  const held = hold();
  server.on(
    "put",
    ({ usual }) => usual(),
    ({ usual }) => usual(),
    held.reaction,
  );
  uploader.start(fileOf(5000), { concurrency: 1 });
  await held.arrived;
  return { ...setting, store };
}

describe("an upload after a reload", () => {
  it("goes on from the parts that are remembered, where the store has no list", async () => {
    const { server, createClient, store } = await interrupt();
    const completed = await createClient().upload(fileOf(5000));
    expect(completed.id).toBe("upload-1");
    expect(server.objects.get(completed.key)?.equals(bytesOf(5000))).toBe(true);
    expect(server.count("ticket")).toBe(1);
    expect(server.count("put")).toBe(3 + 3);
    expect(store.all.size).toBe(0);
  });

  it("goes on from the parts that the store lists, where it does", async () => {
    const { server, createClient } = await interrupt({ isListing: true });
    server.uploads.get("upload-1")?.parts.delete(1);
    await createClient().upload(fileOf(5000), { concurrency: 1 });
    expect(server.count("put")).toBe(3 + 4);
  });

  it("remembers neither a token nor a URL", async () => {
    const { store, server } = await interrupt();
    const [entry] = store.all;
    const text = JSON.stringify(entry);
    expect(text).toContain("upload-1");
    expect(text).not.toContain("token");
    expect(text.replace(JSON.stringify(server.url).slice(1, -1), "")).not.toContain("http");
    expect(text).not.toContain("ticket=");
  });

  it.for([
    ["another name", fileOf(5000, "b.bin"), {}],
    ["another size", fileOf(4000), {}],
    ["another policy", fileOf(5000), { policy: "video" }],
    ["other metadata", fileOf(5000), { metadata: { album: "b" } }],
  ] as const)("begins anew with %s", async ([, file, options]) => {
    const { server, createClient } = await interrupt();
    expect((await createClient().upload(file, options)).id).toBe("upload-2");
    expect(server.count("list")).toBe(0);
  });

  it("begins anew with a Blob, of which nothing tells that it is the same one", async () => {
    const store = createWatchedStore();
    const { uploader } = await start(PARTS, { store });
    await uploader.upload(new Blob([bytesOf(2000)]), { filename: "a.bin" });
    expect(store.all.size).toBe(0);
  });

  it("takes a Blob for the same where the app says so", async () => {
    const store = createWatchedStore();
    const { uploader, createClient, server } = await start(PARTS, { store });
    const held = hold();
    server.on("put", ({ usual }) => usual(), held.reaction);
    const file = new Blob([bytesOf(3000)]);
    const upload = uploader.start(file, { concurrency: 1, resumeKey: "path/of/the/file" });
    await held.arrived;
    await upload.abort({ keepParts: true });
    expect(server.count("abort")).toBe(0);
    const completed = await createClient().upload(file, { resumeKey: "path/of/the/file" });
    expect(completed.id).toBe("upload-1");
  });

  it.for([["upload-not-found"], ["upload-expired"]] as const)(
    "begins anew where the service answers %s",
    async ([code]) => {
      const { server, createClient, store } = await interrupt();
      server.on("list", vector(`problem-${code}`));
      server.on("complete", vector(`problem-${code}`));
      expect((await createClient().upload(fileOf(5000))).id).toBe("upload-2");
      expect(store.all.size).toBe(0);
    },
  );

  it("begins anew where the store knows its parts no more", async () => {
    const { server, createClient } = await interrupt();
    server.on("put", vector("store-part-of-nothing"));
    server.on("complete", vector("problem-upload-expired"));
    expect((await createClient().upload(fileOf(5000), { concurrency: 1 })).id).toBe("upload-2");
  });

  it("begins anew where it is too old", async () => {
    const { server, createClient, moveClock } = await interrupt();
    moveClock(3601);
    expect((await createClient().upload(fileOf(5000))).id).toBe("upload-2");
    expect(server.count("list")).toBe(0);
  });

  it("is content where only the answer of its completion was lost", async () => {
    const { server, createClient } = await interrupt();
    server.on("list", vector("problem-already-completed"));
    server.objects.set("photos/alice/upload-1", bytesOf(5000));
    expect((await createClient().upload(fileOf(5000))).id).toBe("upload-1");
    expect(server.count("ticket")).toBe(1);
  });

  it("stays where the network fails, for the next try", async () => {
    const { createClient, store } = await interrupt();
    const offline = createClient({
      fetch: async () => Promise.reject(new TypeError("fetch failed")),
    });
    expect(await failureOf(offline.upload(fileOf(5000)))).toMatchObject({ code: "network" });
    expect(store.all.size).toBe(1);
    expect((await createClient().upload(fileOf(5000))).id).toBe("upload-1");
  });

  it("is forgotten, here and in the store, where it is aborted", async () => {
    const { server, createClient, store } = await interrupt();
    const held = hold();
    server.on("put", held.reaction);
    const upload = createClient().start(fileOf(5000));
    await held.arrived;
    await upload.abort();
    expect(store.all.size).toBe(0);
    expect(server.last("abort").path).toBe("/v1/uploads/upload-1");
  });

  it("goes on without being remembered where the store of the browser fails", async () => {
    const fail = async () => Promise.reject(new Error("The quota of this origin is used up"));
    const { uploader } = await start(PARTS, { store: { get: fail, set: fail, delete: fail } });
    expect((await uploader.upload(fileOf(3000))).status).toBe("completed");
  });

  it("is not taken up by a second upload of the same file while it is under way", async () => {
    const { server, uploader } = await start(PARTS, { store: createMemoryStore() });
    const held = hold();
    server.on("put", ({ usual }) => usual(), held.reaction);
    const first = uploader.upload(fileOf(3000), { concurrency: 1 });
    await held.arrived;
    expect((await uploader.upload(fileOf(3000))).id).toBe("upload-2");
    held.letGo();
    expect((await first).id).toBe("upload-1");
  });
});
