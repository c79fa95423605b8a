import { describe, expect, it } from "vitest";
import { NOW, startWorker, type TestWorker } from "../support/start-worker.ts";
import {
  MiB,
  PARTS_CONFIG,
  PARTS_ENV,
  at,
  createUpload,
  createStore,
  expectProblem,
  putParts,
  send,
  type FakeStore,
} from "../support/fake-store.ts";

const SHA256 = btoa("\u0001".repeat(32));

const OTHER_SHA256 = btoa("\u0002".repeat(32));

const CRC64 = btoa("\u0001".repeat(8));

interface Setting {
  readonly store: FakeStore;
  readonly worker: TestWorker;
  readonly moveClock: (seconds: number) => void;
}

function start(secrets: Readonly<Record<string, string>> = PARTS_ENV): Setting {
  const store = createStore();
  let now = NOW;
  const dependencies = { fetch: store.fetch, now: () => now };
  return {
    store,
    worker: startWorker({ config: PARTS_CONFIG, env: secrets, dependencies }),
    moveClock: (seconds) => void (now += seconds * 1000),
  };
}

const create = async (worker: TestWorker, body: object) =>
  send(worker, "POST", "/v1/uploads", { body: { contentType: "video/mp4", ...body } });

const signParts = async (worker: TestWorker, id: string, body: object, claims = {}) =>
  send(worker, "POST", `/v1/uploads/${id}/parts`, { body, claims });

const complete = async (worker: TestWorker, id: string, body?: object, claims = {}) =>
  send(worker, "POST", `/v1/uploads/${id}/complete`, { body, claims });

describe("a checksum of a multipart upload", () => {
  const SIZE = 2 * 8 * MiB;
  const whole = (value: string) => ({ checksum: { algorithm: "crc64nvme", value } });
  const composite = (value: string) => ({ checksum: { algorithm: "sha256", value } });

  async function completeWhole(shown: object): Promise<{ setting: Setting; answer: Response }> {
    const setting = start();
    const { store, worker } = setting;
    const { id } = await createUpload(worker, SIZE, whole(CRC64));
    putParts(store, SIZE);
    store.scripts.HeadObject = () => new Response(null, { headers: { ...store.object, ...shown } });
    return { setting, answer: await complete(worker, id) };
  }

  it("of the full object is sent with the creation and the completion", async () => {
    const shown = { "x-amz-checksum-crc64nvme": CRC64 };
    const { setting, answer } = await completeWhole(shown);
    const created = setting.store.single("CreateMultipartUpload").headers;
    expect(created.get("x-amz-checksum-algorithm")).toBe("CRC64NVME");
    expect(created.get("x-amz-checksum-type")).toBe("FULL_OBJECT");
    expect(created.has("x-amz-checksum-crc64nvme")).toBe(false);
    const completed = setting.store.single("CompleteMultipartUpload").headers;
    expect(completed.get("x-amz-checksum-crc64nvme")).toBe(CRC64);
    expect(completed.get("x-amz-checksum-type")).toBe("FULL_OBJECT");
    expect(setting.store.single("HeadObject").headers.get("x-amz-checksum-mode")).toBe("ENABLED");
    expect(await answer.json()).toMatchObject({ status: "completed", ...whole(CRC64) });
  });

  it("of the whole object asks nothing more of the parts", async () => {
    const { multipart } = await createUpload(start().worker, SIZE, whole(CRC64));
    expect(multipart.parts).toMatchObject([{ headers: {} }, { headers: {} }]);
  });

  it("of the whole object rejects an object with another one", async () => {
    const { answer } = await completeWhole({ "x-amz-checksum-crc64nvme": "AgICAgICAgI=" });
    await expectProblem(answer, 422, "verification-failed", { upload: "rejected" });
  });

  it.for(["", SHA256, `${CRC64}-2`, CRC64.slice(1)])(
    "of the whole object refuses %j",
    async (value) => {
      const response = await create(start().worker, { size: SIZE, ...whole(value) });
      await expectProblem(response, 422, "invalid-request", at("/checksum/value"));
    },
  );

  it("of the parts' digests is sent with the creation, and gives no tickets before each part has its own", async () => {
    const { store, worker } = start();
    const { id, multipart } = await createUpload(worker, SIZE, composite(`${SHA256}-2`));
    const { headers } = store.single("CreateMultipartUpload");
    expect(headers.get("x-amz-checksum-algorithm")).toBe("SHA256");
    expect(headers.get("x-amz-checksum-type")).toBe("COMPOSITE");
    expect(multipart).toMatchObject({ parts: [], nextPartNumber: 1 });
    const response = await signParts(worker, id, {
      partNumbers: [1, 2],
      checksums: { 1: SHA256, 2: OTHER_SHA256 },
    });
    const { parts } = await response.json<{ parts: { url: string }[] }>();
    expect(parts).toMatchObject([
      { headers: { "x-amz-checksum-sha256": SHA256 } },
      { headers: { "x-amz-checksum-sha256": OTHER_SHA256 } },
    ]);
    expect(parts.map(({ url }) => new URL(url).searchParams.get("X-Amz-SignedHeaders"))).toEqual([
      "content-length;host;x-amz-checksum-sha256",
      "content-length;host;x-amz-checksum-sha256",
    ]);
  });

  it.for([
    ["lacks one", {}, "/checksums/1"],
    ["has another part's", { 2: SHA256 }, "/checksums/1"],
    ["has one that is none", { 1: CRC64 }, "/checksums/1"],
  ] as const)("of the parts' digests signs no part that %s", async ([, checksums, pointer]) => {
    const { worker } = start();
    const { id } = await createUpload(worker, SIZE, composite(`${SHA256}-2`));
    const response = await signParts(worker, id, { partNumbers: [1], checksums });
    await expectProblem(response, 422, "invalid-request", at(pointer));
  });

  it.for([SHA256, `${SHA256}-1`, `${SHA256}-3`, `${SHA256}-22`, `${CRC64}-2`, "-2"])(
    "of the parts' digests refuses %j for two parts",
    async (value) => {
      const response = await create(start().worker, { size: SIZE, ...composite(value) });
      await expectProblem(response, 422, "invalid-request", at("/checksum/value"));
    },
  );

  async function completeComposite(shown: object): Promise<{ store: FakeStore; answer: Response }> {
    const { store, worker } = start();
    const { id } = await createUpload(worker, SIZE, composite(`${SHA256}-2`));
    store.parts.set(1, { size: 8 * MiB, etag: "e1", sha256: SHA256 });
    store.parts.set(2, { size: 8 * MiB, etag: "e2", sha256: OTHER_SHA256 });
    store.scripts.HeadObject = () => new Response(null, { headers: { ...store.object, ...shown } });
    return { store, answer: await complete(worker, id) };
  }

  it("of the parts' digests names each part's where it is completed", async () => {
    const { store, answer } = await completeComposite({ "x-amz-checksum-sha256": `${SHA256}-2` });
    const { body, headers } = store.single("CompleteMultipartUpload");
    expect(body).toContain(
      `<Part><PartNumber>1</PartNumber><ETag>"e1"</ETag><ChecksumSHA256>${SHA256}</ChecksumSHA256></Part>` +
        `<Part><PartNumber>2</PartNumber><ETag>"e2"</ETag><ChecksumSHA256>${OTHER_SHA256}</ChecksumSHA256></Part>`,
    );
    expect(headers.has("x-amz-checksum-type")).toBe(false);
    expect(await answer.json()).toMatchObject({
      status: "completed",
      ...composite(`${SHA256}-2`),
    });
  });

  it("of the parts' digests rejects an object with another one", async () => {
    const shown = { "x-amz-checksum-sha256": `${OTHER_SHA256}-2` };
    const { answer } = await completeComposite(shown);
    await expectProblem(answer, 422, "verification-failed", { upload: "rejected" });
  });

  it("of the parts' digests is not vouched for where the store shows none", async () => {
    const { answer } = await completeComposite({});
    const body = await answer.json();
    expect(body).toMatchObject({ status: "completed" });
    expect(body).not.toHaveProperty("checksum");
  });

  it.for([
    ["md5", "video", btoa("\u0001".repeat(16))],
    ["md5", "plain", btoa("\u0001".repeat(16))],
    ["sha256", "plain", `${SHA256}-2`],
    ["crc64nvme", "plain", CRC64],
  ] as const)("in %s is refused by the policy %s", async ([algorithm, policy, value]) => {
    const { store, worker } = start();
    const response = await create(worker, {
      policy,
      size: SIZE,
      checksum: { algorithm, value },
    });
    await expectProblem(response, 422, "invalid-request", at("/checksum/algorithm"));
    expect(store.requests).toEqual([]);
  });
});
