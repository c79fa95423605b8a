import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Hooks } from "../../../src/hooks.ts";
import {
  ask,
  complete,
  controlEnvironment,
  grant,
  ledgerName,
  putObject,
  restoreEnvironment,
  rowsOf,
} from "../support/development-worker.ts";
import { startFailingWorker } from "../support/failing-ledger.ts";
import {
  CONFIG,
  ENV,
  NOW,
  startWorker,
  tokenFor,
  type TestWorker,
} from "../support/start-worker.ts";

interface Listed extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly extensions?: readonly string[];
}
interface List {
  readonly default?: string;
  readonly policies: readonly Listed[];
}

const POLICIES = {
  ...CONFIG.policies,
  photo: { ...CONFIG.policies["photo"], download: true, delete: true },
  page: { ...CONFIG.policies["page"], download: true },
  video: {
    store: "media",
    key: "videos/{user}/{id}.{ext}",
    types: ["video/mp4", "application/octet-stream"],
    maxBytes: "5 GB",
    multipartFrom: "8 MiB",
    expiresIn: "10 min",
    expiresWithToken: true,
    download: true,
  },
};
const start = () => startWorker({ config: { ...CONFIG, policies: POLICIES } });

async function listFor(
  claims: Readonly<Record<string, unknown>> = {},
  worker: TestWorker = start(),
): Promise<List> {
  const headers = { authorization: `Bearer ${await tokenFor(claims)}` };
  const response = await worker.fetch("/v1/policies", { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return response.json();
}
const namesOf = ({ policies }: List) => policies.map(({ name }) => name);
const find = ({ policies }: List, name: string) => policies.find((one) => one.name === name);

describe("the policies of a caller", () => {
  it("are those of the configuration, in its order, with what each allows", async () => {
    const list = await listFor();
    expect(list.default).toBe("photo");
    // The caller has no claim for the key of "tenant".
    expect(namesOf(list)).toEqual(["photo", "avatar", "document", "page", "draft", "video"]);
    expect(find(list, "photo")).toEqual({
      name: "photo",
      types: ["image/*"],
      extensions: expect.arrayContaining(["jpg", "png", "heic", "webp"]) as string[],
      maxBytes: 10_000_000,
      minBytes: 1,
      checksum: { algorithms: ["md5", "sha256", "crc32", "crc32c", "crc64nvme"] },
      download: true,
      delete: true,
      expiresIn: 300,
    });
    expect(find(list, "avatar")).toEqual({
      name: "avatar",
      types: ["image/png", "image/jpeg"],
      extensions: ["jpg", "jpeg", "jpe", "png"],
      maxBytes: 5_000_000,
      minBytes: 1,
      sizeRequired: true,
      checksum: { algorithms: ["sha256", "md5"], required: true },
      expiresIn: 120,
    });
    expect(find(list, "video")).toMatchObject({ multipartFrom: 8 * 2 ** 20, expiresIn: 600 });
    expect(find(list, "document")).toMatchObject({ metadata: ["album", "note"] });
  });

  it("name no extension of a type that a browser runs, unless the policy names the type", async () => {
    const list = await listFor();
    expect(find(list, "photo")?.extensions).not.toContain("svg");
    expect(find(list, "page")?.extensions).toEqual(["html", "htm", "shtml"]);
    expect(find(list, "document")).not.toHaveProperty("extensions");
  });

  it("allow what a ticket allows: a file of that size, and not one of a byte more", async () => {
    const worker = start();
    for (const claims of [{}, { maxBytes: 400 }]) {
      const { policies } = await listFor(claims, worker);
      const photo = policies[0];
      const create = async (size: unknown) => {
        const response = await worker.fetch("/v1/uploads", {
          method: "POST",
          headers: {
            authorization: `Bearer ${await tokenFor(claims)}`,
            "content-type": "application/json",
          },
          body: JSON.stringify({ policy: photo?.name, contentType: "image/png", size }),
        });
        return response.status;
      };
      expect(await create(photo?.["maxBytes"])).toBe(201);
      expect(await create(Number(photo?.["maxBytes"]) + 1)).toBe(413);
      expect(await create(undefined)).toBe(photo?.["sizeRequired"] === true ? 422 : 201);
    }
  });
});

describe("a restricted token", () => {
  it("sees no policy but its own, and no default that it may not use", async () => {
    const list = await listFor({ policies: ["avatar", "nobody"] });
    expect(namesOf(list)).toEqual(["avatar"]);
    expect(list).not.toHaveProperty("default");
    expect(await listFor({ policies: [] })).toEqual({ policies: [] });
  });

  it("sees its own limit of bytes, and then has to tell the size", async () => {
    const list = await listFor({ maxBytes: 50 });
    expect(list.policies[0]).toMatchObject({ maxBytes: 50, sizeRequired: true });
    expect(find(await listFor({ maxBytes: 10 ** 12 }), "photo")).toMatchObject({
      maxBytes: 10_000_000,
    });
    // No file of its policies is that small.
    expect(namesOf(await listFor({ maxBytes: 0, actions: ["upload"] }))).toEqual(["draft"]);
  });

  it("sees what its actions allow, and nothing of uploads without that of uploading", async () => {
    expect(await listFor({ actions: ["download"] })).toEqual({
      default: "photo",
      policies: [
        { name: "photo", download: true, expiresIn: 300 },
        { name: "page", download: true, expiresIn: 300 },
        { name: "video", download: true, expiresIn: 600 },
      ],
    });
    expect(await listFor({ actions: ["delete", "list"] })).toEqual({
      default: "photo",
      policies: [{ name: "photo", delete: true }],
    });
    const uploader = find(await listFor({ actions: ["upload"] }), "photo");
    expect(uploader).toHaveProperty("types");
    expect(uploader).not.toHaveProperty("download");
    expect(uploader).not.toHaveProperty("delete");
    expect(await listFor({ actions: [] })).toEqual({ policies: [] });
  });

  it.for([
    ["photos/alice/", ["photo"]],
    ["photos/alice/1.png", ["photo"]],
    ["documents/alice/7/", ["document"]],
    ["photos/bob/", []],
    ["photos/alice/1.png/", []],
    ["photos/alice/2026/", []],
    ["photos/ali", []],
    ["photos/alice/../", []],
  ] as const)("sees the policies that can make its key: %s", async ([key, names]) => {
    expect(namesOf(await listFor({ key }))).toEqual(names);
  });

  it("sees a policy whose key has a claim if it has the claim", async () => {
    expect(namesOf(await listFor({ tenant: "acme" }))).toContain("tenant");
    expect(namesOf(await listFor({ tenant: "" }))).not.toContain("tenant");
  });

  it("sees how long a ticket can live that ends with it", async () => {
    const video = async (seconds: number) =>
      find(await listFor({ exp: NOW / 1000 + seconds }), "video");
    expect(await video(90)).toMatchObject({ expiresIn: 90 });
    expect(await video(3600)).toMatchObject({ expiresIn: 600 });
    // The clocks of issuers may differ by 30 seconds: this token is valid still.
    expect(await video(-5)).toBeUndefined();
  });
});

describe("the list of policies", () => {
  it("is for whoever has a token, or a session of the app", async () => {
    expect((await start().fetch("/v1/policies")).status).toBe(401);
    const { issuers: _, ...rest } = CONFIG;
    const authenticate: NonNullable<Hooks["authenticate"]> = () => ({
      user: "alice",
      claims: { policies: ["avatar"], maxBytes: 7 },
    });
    const worker = startWorker({ config: rest, hooks: { authenticate } });
    const headers = { origin: "https://app.example.com" };
    const response = await worker.fetch("/v1/policies", { headers });
    expect(await response.json()).toMatchObject({ policies: [{ name: "avatar", maxBytes: 7 }] });
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    expect((await worker.fetch("/v1/policies")).status).toBe(403);
  });

  it("counts in the caller's rate", async () => {
    const RATE_LIMIT_CALLER = { limit: async () => Promise.resolve({ success: false }) };
    const worker = startWorker({ env: { ...ENV, RATE_LIMIT_CALLER } });
    const headers = { authorization: `Bearer ${await tokenFor()}` };
    expect((await worker.fetch("/v1/policies", { headers })).status).toBe(429);
  });
});

describe("what remains of a quota", () => {
  beforeEach(() => void controlEnvironment());
  afterEach(async () => {
    restoreEnvironment();
    await reset();
  });
  const FULL = {
    uploads: { limit: 50, remaining: 50, resetsIn: 60 },
    bytes: { limit: 20_000_000, remaining: 20_000_000, resetsIn: 86_400 },
    pending: { limit: 50, remaining: 50 },
  };
  const quotaFor = async (claims: object = {}) => {
    const response = await ask("GET", "/v1/policies", { claims });
    return find(await response.json<List>(), "limited")?.["quota"];
  };

  it("is all of it for a caller without a ledger, and makes none", async () => {
    expect(await quotaFor()).toEqual(FULL);
    expect(await rowsOf("SELECT name FROM sqlite_master WHERE name = 'upload'")).toEqual([]);
  });

  it("is what the newest ticket said, before and after its completion", async () => {
    const { id, key, quota } = await grant(1000);
    expect(await quotaFor()).toEqual(quota);
    await putObject(key, 1000);
    await complete(id);
    expect(await quotaFor()).toEqual({ ...quota, pending: FULL.pending });
  });

  it("is nobody else's", async () => {
    await grant(1000, "bob");
    expect(await quotaFor()).toEqual(FULL);
  });

  it("is read only for whoever can use it, in one call", async () => {
    const worker = startFailingWorker();
    await worker.ask("GET", "/v1/policies");
    expect(worker.calls()).toBe(1);
    for (const claims of [{ policies: ["photo"] }, { actions: ["download"] }])
      expect(await quotaFor(claims)).toBeUndefined();
    const photo = { ...POLICIES.photo, quota: { pending: 3 } };
    const limited = startWorker({ config: { ...CONFIG, policies: { photo } } });
    const { policies } = await listFor({ actions: ["download"] }, limited);
    expect(policies).toEqual([{ name: "photo", download: true, expiresIn: 300 }]);
    const none = startWorker();
    await listFor({}, none);
    expect(limited.log.join() + none.log.join()).not.toContain("ledger");
  });

  it("is left out if the ledger does not answer, and the limits are there", async () => {
    const worker = startFailingWorker();
    worker.failAt(0, "before");
    const response = await worker.ask("GET", "/v1/policies");
    expect(response.status).toBe(200);
    const list = await response.json<List>();
    expect(namesOf(list)).toHaveLength(7);
    expect(find(list, "limited")).toMatchObject({
      maxBytes: 10_000_000,
      quota: { uploads: { limit: 50 }, bytes: { limit: 20_000_000 }, pending: { limit: 50 } },
    });
    expect(JSON.stringify(list)).not.toContain("remaining");
    expect(worker.log.join()).toContain("ledger-failed");
  });

  it("is read once for several policies, each by itself", async () => {
    const quota = { bytes: { limit: 100, windowSeconds: 60 } };
    const ledger = env.LEDGER.getByName(ledgerName("development", "alice"));
    await grant(40);
    expect(
      await ledger.readQuotas([
        { policy: "limited", quota },
        { policy: "other", quota: { pending: 3 } },
        { policy: "third", quota: {} },
      ]),
    ).toEqual([
      { bytes: { limit: 100, remaining: 60, resetsIn: 60 } },
      { pending: { limit: 3, remaining: 3 } },
      {},
    ]);
  });
});
