import { describe, expect, it } from "vitest";
import {
  createMemoryStorage,
  type Progress,
  type RememberedUpload,
  type ResumeStorage,
} from "../../client/web/src/index.ts";
import { bytesOf, failureOf, fileOf, start, type Setting } from "./client.ts";
import { hold, vector } from "./reactions.ts";
import { type Settings } from "./fake-server.ts";

const PARTS = { multipartFrom: 1, partSize: 1000 };

/** Creates a storage whose content a test can read. */
function createReadableStorage(): ResumeStorage & { readonly all: Map<string, RememberedUpload> } {
  const storage = createMemoryStorage();
  const all = new Map<string, RememberedUpload>();
  return {
    all,
    get: storage.get,
    set: async (name, upload) => {
      all.set(name, upload);
      await storage.set(name, upload);
    },
    delete: async (name) => {
      all.delete(name);
      await storage.delete(name);
    },
  };
}

/** Starts an upload of five parts, and stops after two of them, as if the page was closed. */
async function interrupt(
  settings: Settings = {},
): Promise<Setting & { readonly storage: ReturnType<typeof createReadableStorage> }> {
  const storage = createReadableStorage();
  const setting = await start({ ...PARTS, ...settings }, { resumeStorage: storage });
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
  return { ...setting, storage };
}

describe("an upload after a reload", () => {
  it("continues from the remembered parts if the store cannot list them", async () => {
    const { server, createClient, storage } = await interrupt();
    const completed = await createClient().upload(fileOf(5000));
    expect(completed.id).toBe("upload-1");
    expect(server.objects.get(completed.key)?.equals(bytesOf(5000))).toBe(true);
    expect(server.count("ticket")).toBe(1);
    expect(server.count("put")).toBe(3 + 3);
    expect(storage.all.size).toBe(0);
  });

  it("continues from the parts that the store lists", async () => {
    const { server, createClient } = await interrupt({ isListing: true });
    server.uploads.get("upload-1")?.parts.delete(1);
    await createClient().upload(fileOf(5000), { concurrency: 1 });
    expect(server.count("put")).toBe(3 + 4);
  });

  it("shows at once what is stored, and never less", async () => {
    const { createClient } = await interrupt();
    const shown: number[] = [];
    const onProgress = ({ sentBytes }: Progress) => shown.push(sentBytes);
    await createClient().upload(fileOf(5000), { onProgress });
    expect(shown).toEqual([2000, 3000, 4000, 5000]);
  });

  it("keeps no token and no URL", async () => {
    const { storage, server } = await interrupt();
    const [entry] = storage.all;
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
  ] as const)("starts again with %s", async ([, file, options]) => {
    const { server, createClient } = await interrupt();
    expect((await createClient().upload(file, options)).id).toBe("upload-2");
    expect(server.count("list")).toBe(0);
  });

  it("starts again with a Blob, which nothing identifies", async () => {
    const storage = createReadableStorage();
    const { uploader } = await start(PARTS, { resumeStorage: storage });
    await uploader.upload(new Blob([bytesOf(2000)]), { filename: "a.bin" });
    expect(storage.all.size).toBe(0);
  });

  it("continues with a Blob that has the same resumeKey", async () => {
    const storage = createReadableStorage();
    const { uploader, createClient, server } = await start(PARTS, { resumeStorage: storage });
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

  it("starts again if the upload was revoked, and fails if the token was", async () => {
    const { server, createClient, storage } = await interrupt();
    for (const step of ["list", "complete"] as const) server.on(step, vector("problem-revoked"));
    expect((await createClient().upload(fileOf(5000))).id).toBe("upload-2");
    expect(storage.all.size).toBe(0);
    const second = await interrupt();
    for (const step of ["list", "complete", "ticket"] as const)
      second.server.on(step, vector("problem-revoked"));
    const upload = second.createClient().upload(fileOf(5000));
    await expect(upload).rejects.toMatchObject({ code: "revoked", status: 403 });
    expect(second.server.count("ticket")).toBe(2);
    expect(second.storage.all.size).toBe(0);
  });

  it.for([["upload-not-found"], ["upload-expired"]] as const)(
    "starts again if the service answers %s",
    async ([code]) => {
      const { server, createClient, storage } = await interrupt();
      server.on("list", vector(`problem-${code}`));
      server.on("complete", vector(`problem-${code}`));
      expect((await createClient().upload(fileOf(5000))).id).toBe("upload-2");
      expect(storage.all.size).toBe(0);
    },
  );

  it("starts again if the store no longer has its parts", async () => {
    const { server, createClient } = await interrupt();
    server.on("put", vector("store-part-of-nothing"));
    server.on("complete", vector("problem-upload-expired"));
    expect((await createClient().upload(fileOf(5000), { concurrency: 1 })).id).toBe("upload-2");
  });

  it("starts again if it expired", async () => {
    const { server, createClient, moveClock } = await interrupt();
    moveClock(3601);
    expect((await createClient().upload(fileOf(5000))).id).toBe("upload-2");
    expect(server.count("list")).toBe(0);
  });

  it("succeeds if it was completed and only the answer was lost", async () => {
    const { server, createClient } = await interrupt();
    server.on("list", vector("problem-already-completed"));
    server.objects.set("photos/alice/upload-1", bytesOf(5000));
    expect((await createClient().upload(fileOf(5000))).id).toBe("upload-1");
    expect(server.count("ticket")).toBe(1);
  });

  it("is kept for the next try if the network fails", async () => {
    const { createClient, storage } = await interrupt();
    const offline = createClient({
      fetch: async () => Promise.reject(new TypeError("fetch failed")),
    });
    expect(await failureOf(offline.upload(fileOf(5000)))).toMatchObject({ code: "network" });
    expect(storage.all.size).toBe(1);
    expect((await createClient().upload(fileOf(5000))).id).toBe("upload-1");
  });

  it("is deleted in the resume storage and in the store when it is aborted", async () => {
    const { server, createClient, storage } = await interrupt();
    const held = hold();
    server.on("put", held.reaction);
    const upload = createClient().start(fileOf(5000));
    await held.arrived;
    await upload.abort();
    expect(storage.all.size).toBe(0);
    expect(server.last("abort").path).toBe("/v1/uploads/upload-1");
  });

  it("works without a resume storage if the storage fails", async () => {
    const fail = async () => Promise.reject(new Error("The quota of this origin is used up"));
    const { uploader } = await start(PARTS, {
      resumeStorage: { get: fail, set: fail, delete: fail },
    });
    expect((await uploader.upload(fileOf(3000))).status).toBe("completed");
  });

  it("is not continued by a second upload of the same file while it is running", async () => {
    const { server, uploader } = await start(PARTS, { resumeStorage: createMemoryStorage() });
    const held = hold();
    server.on("put", ({ usual }) => usual(), held.reaction);
    const first = uploader.upload(fileOf(3000), { concurrency: 1 });
    await held.arrived;
    expect((await uploader.upload(fileOf(3000))).id).toBe("upload-2");
    held.release();
    expect((await first).id).toBe("upload-1");
  });
});
