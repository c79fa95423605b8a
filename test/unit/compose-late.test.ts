/** Secrets that are in Cloudflare's Secrets Store: the local one of Miniflare, with what a test puts into it. */
import { adminSecretsStore, reset, runInDurableObject } from "cloudflare:test";
import { DurableObject, env, withEnv } from "cloudflare:workers";
import { Hono } from "hono";
import { afterEach, describe, expect, it, vi } from "vitest";
import development from "../../dev/presigner.config.ts";
import { createDevelopmentPresigner } from "../../dev/presigner.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { createBuiltPresigner, createLedger, createUnusedLedger } from "../../src/built.ts";
import { composeWithSecrets, type LateWorker } from "../../src/compose-late.ts";
import { compileAll, compileConfig } from "../../src/config/compile.ts";
import { planConfig } from "../../src/config/plan.ts";
import { toPresigner } from "../../src/exports.ts";
import { createLedgerClass } from "../../src/ledger/durable-object.ts";
import { createPresigner } from "../../src/presigner.ts";
import { VERSION } from "../../src/version.ts";
import { ledgerDependenciesOf } from "../../src/worker.ts";
import { ledgerOf } from "./support/development-worker.ts";
import { NO_LEDGER } from "./support/no-ledger.ts";
import { CONFIG, ENV, NOW, tokenFor } from "./support/start-worker.ts";

interface Stored {
  readonly STORED_SECRET: SecretsStoreSecret;
  readonly OTHER_STORED_SECRET: SecretsStoreSecret;
}
const { STORED_SECRET, OTHER_STORED_SECRET } = env as unknown as Stored;

afterEach(async () => {
  vi.useRealTimers();
  await reset();
});

async function store(secret: SecretsStoreSecret, value: string): Promise<void> {
  using admin = adminSecretsStore(secret);
  await admin.create(value);
}

async function empty(secret: SecretsStoreSecret): Promise<void> {
  using admin = adminSecretsStore(secret);
  for (const { metadata } of await admin.list())
    // oxlint-disable-next-line no-await-in-loop -- there is one
    if (metadata) await admin.delete(metadata.uuid);
}

interface Started {
  readonly worker: LateWorker;
  readonly log: string[];
  readonly ask: () => Promise<Response>;
}

function start(secrets: object, config: unknown = CONFIG): Started {
  const log: string[] = [];
  const worker = composeWithSecrets(
    (read) => compileConfig(config, read),
    { LEDGER: NO_LEDGER, ...ENV, ...secrets },
    {
      now: () => NOW,
      newId: () => "00000000-0000-4000-8000-000000000001",
      random: () => 0.5,
      fetch: async () => Promise.reject(new Error("This test lets nothing out")),
      waitUntil: () => undefined,
      log: (event, fields) => void log.push(JSON.stringify({ event, ...fields })),
    },
  );
  return { worker, log, ask: async () => worker.fetch(await ticketRequest()) };
}

const PATH = "/presigned-url?fileName=a.png&fileType=image/png&fileSize=5";

async function ticketRequest(base = "https://uploads.example.com"): Promise<Request> {
  return new Request(`${base}${PATH}`, {
    headers: { authorization: `Bearer ${await tokenFor()}` },
  });
}

const signedBy = async (response: Response) =>
  new URL((await response.json<{ uploadURL: string }>()).uploadURL).searchParams
    .get("X-Amz-Credential")
    ?.split("/")[0];

describe("a Worker without a binding of the Secrets Store", () => {
  it("is composed at the start, and waits for nothing", () => {
    const { worker } = start({});
    expect(worker.readSecrets).toBeUndefined();
    expect(worker.getService().config.policies.has("photo")).toBe(true);
  });

  it("does not read a binding that is no secret of the configuration", () => {
    const get = vi.fn<() => Promise<string>>();
    expect(start({ OTHER_SECRET: { get }, CACHE: { get } }).worker.readSecrets).toBeUndefined();
    expect(get).not.toHaveBeenCalled();
  });
});

describe("a Worker with secrets in the Secrets Store", () => {
  it("reads them at its first request, beside those that are set", async () => {
    await store(STORED_SECRET, "AKIDSTORED");
    await store(OTHER_STORED_SECRET, ENV.AUTH_SECRET);
    const { ask, log } = start({
      MEDIA_ACCESS_KEY_ID: STORED_SECRET,
      AUTH_SECRET: OTHER_STORED_SECRET,
    });
    expect(log).toEqual([]);
    expect(await signedBy(await ask())).toBe("AKIDSTORED");
  });

  it("never reads them again", async () => {
    await store(STORED_SECRET, "AKIDSTORED");
    const { worker, ask } = start({ MEDIA_ACCESS_KEY_ID: STORED_SECRET });
    expect((await ask()).status).toBe(200);
    await empty(STORED_SECRET);
    expect(worker.readSecrets?.()).toBeUndefined();
    expect(await signedBy(await ask())).toBe("AKIDSTORED");
  });

  it("names one that cannot be read, and tries again with the next request", async () => {
    const { ask, log } = start({ UPLOAD_ID_SECRET: STORED_SECRET });
    const refused = await ask();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "misconfigured" });
    expect(JSON.parse(log[0] ?? "")).toEqual({
      event: "misconfigured",
      errors: [
        {
          path: "secrets.UPLOAD_ID_SECRET",
          detail: 'cannot be read from the Secrets Store: Error: Secret "one" not found',
        },
      ],
    });
    await store(STORED_SECRET, ENV.UPLOAD_ID_SECRET);
    expect((await ask()).status).toBe(200);
  });

  it("tries again too where the value is not valid, and logs no value", async () => {
    await store(STORED_SECRET, "too short");
    const { ask, log } = start({ UPLOAD_ID_SECRET: STORED_SECRET });
    expect((await ask()).status).toBe(503);
    expect(log[0]).toContain("must have at least 32 characters");
    expect(log.join("\n")).not.toContain("too short");
    await store(STORED_SECRET, ENV.UPLOAD_ID_SECRET);
    expect((await ask()).status).toBe(200);
  });

  it.for([
    ["a bucket", () => (env as unknown as { LOCAL_BUCKET: object }).LOCAL_BUCKET],
    ["a namespace", () => env.LEDGER],
    ["an empty text", () => ({ get: async () => Promise.resolve("") })],
    ["what gives no text", () => ({ get: async () => Promise.resolve({ get: () => "x" }) })],
  ] as const)("names a secret in whose place is %s", async ([, bindingOf]) => {
    const { ask, log } = start({ AUTH_SECRET: bindingOf() });
    expect((await ask()).status).toBe(503);
    expect(log[0]).toContain("secrets.AUTH_SECRET");
    expect(log[0]).toContain("cannot be read from the Secrets Store");
  });

  it("waits 5 seconds at most, and no request waits for another one", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const answers: (Promise<string> | undefined)[] = [new Promise(() => undefined)];
    const get = async () => answers.shift() ?? ENV.AUTH_SECRET;
    const { ask, log } = start({ AUTH_SECRET: { get } });
    const hanging = ask();
    await vi.advanceTimersByTimeAsync(0);
    expect((await ask()).status).toBe(200);
    await vi.advanceTimersByTimeAsync(5000);
    // What the other one has read is used.
    expect((await hanging).status).toBe(200);
    expect(log.join("\n")).not.toContain("misconfigured");
  });

  it("keeps the valid one of two that were read at the same moment", async () => {
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
    const unasked = [...answers];
    const { ask } = start({ AUTH_SECRET: { get: async () => unasked.shift()?.promise } });
    const both = [ask(), ask()];
    await vi.waitFor(() => expect(unasked).toEqual([]));
    answers[0].resolve(ENV.AUTH_SECRET);
    answers[1].resolve("");
    for (const answer of both)
      // oxlint-disable-next-line no-await-in-loop -- both are under way
      expect((await answer).status).toBe(200);
  });

  it("is misconfigured after 5 seconds without an answer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { ask, log } = start({ AUTH_SECRET: { get: async () => new Promise(() => undefined) } });
    const answer = ask();
    await vi.advanceTimersByTimeAsync(5000);
    expect((await answer).status).toBe(503);
    expect(log[0]).toContain("cannot be read from the Secrets Store: no answer");
  });

  it("asks at once for all, also for those that only others make necessary", async () => {
    let asked: string[] = [];
    const rounds: (readonly string[])[] = [];
    const stored = (name: string, value: string) => ({
      [name]: {
        get: async () => {
          if (asked.length === 0) setTimeout(() => rounds.push(asked.splice(0).toSorted()), 0);
          asked.push(name);
          return new Promise<string>((resolve) => void setTimeout(resolve, 1, value));
        },
      },
    });
    const { ask } = start({
      ...stored("MEDIA_READ_ACCESS_KEY_ID", "AKIDREADER"),
      ...stored("MEDIA_READ_SECRET_ACCESS_KEY", "reader's key"),
      ...stored("UPLOAD_ID_SECRET_PREVIOUS", `${ENV.UPLOAD_ID_SECRET} before`),
      ...stored("WEBHOOK_URL", "https://hooks.example.com/"),
      ...stored("WEBHOOK_SECRET", `whsec_${btoa("a secret of at least 24 bytes")}`),
    });
    expect((await ask()).status).toBe(200);
    expect(rounds).toEqual([
      [
        "MEDIA_READ_ACCESS_KEY_ID",
        "MEDIA_READ_SECRET_ACCESS_KEY",
        "UPLOAD_ID_SECRET_PREVIOUS",
        "WEBHOOK_SECRET",
        "WEBHOOK_URL",
      ],
    ]);
    asked = [];
  });
});

it("a development Worker uses its own secrets, and none of the Secrets Store", async () => {
  const get = vi.fn<() => Promise<string>>();
  const bindings = { LEDGER: env.LEDGER, AUTH_SECRET: { get }, UPLOAD_ID_SECRET_PREVIOUS: { get } };
  const { fetch } = withEnv(bindings, () =>
    createDevelopmentPresigner({
      definition: development,
      secrets: DEVELOPMENT_SECRETS,
      storeSecrets: {},
    }),
  ) as Pick<LateWorker, "fetch">;
  expect((await fetch(new Request("http://localhost/healthz"))).status).toBe(200);
  expect(get).not.toHaveBeenCalled();
});

it("an error of a configuration that is no refusal ends the start, as without stored secrets", () => {
  const broken = () => {
    throw new TypeError("Cannot read the configuration");
  };
  const bindings = { LEDGER: NO_LEDGER, ...ENV, AUTH_SECRET: STORED_SECRET };
  expect(() => composeWithSecrets(broken, bindings, start({}).worker.dependencies)).toThrow(
    "Cannot read the configuration",
  );
});

describe("what a Worker with secrets in the Secrets Store exports", () => {
  const BINDINGS = { ...ENV, LEDGER: env.LEDGER, AUTH_SECRET: STORED_SECRET };

  it("of a configuration that compiles, gives tickets, also where it is mounted", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    await store(STORED_SECRET, ENV.AUTH_SECRET);
    const presigner = withEnv(BINDINGS, () => createPresigner(CONFIG)) as ReturnType<
      typeof createPresigner
    >;
    const outer = new Hono().route("/uploads", presigner.app);
    const mounted = await outer.fetch(await ticketRequest("https://app.example.com/uploads"));
    expect(mounted.status).toBe(200);
    expect((await presigner.fetch(await ticketRequest())).status).toBe(200);
  });

  it("of a built configuration, gives tickets", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOW });
    await store(STORED_SECRET, ENV.AUTH_SECRET);
    const plans = { production: planConfig(compileAll(CONFIG, ENV)) };
    const json = JSON.stringify({ version: VERSION, plans });
    for (const create of [createLedger, createUnusedLedger]) {
      const presigner = withEnv(BINDINGS, () =>
        createBuiltPresigner(json, { createLedger: create }),
      ) as ReturnType<typeof createBuiltPresigner>;
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect((await presigner.fetch(await ticketRequest())).status).toBe(200);
    }
  });

  it("waits in an alarm, which comes again in five minutes until the secrets can be read", async () => {
    const { worker } = start({ AUTH_SECRET: STORED_SECRET });
    const { Ledger } = toPresigner(worker, createLedgerClass(ledgerDependenciesOf(worker)));
    await runInDurableObject(ledgerOf(), async (_, state) => {
      const ledger = new Ledger(state, env);
      const before = Date.now();
      await ledger.alarm?.();
      expect(await state.storage.getAlarm()).toBeGreaterThanOrEqual(before + 300_000);
      await store(STORED_SECRET, ENV.AUTH_SECRET);
      await ledger.alarm?.();
      // It has nothing to do, and deletes itself.
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });

  it("answers another Worker after it has read them, and counts what it gave", async () => {
    await store(STORED_SECRET, ENV.AUTH_SECRET);
    const points: { readonly blobs: readonly string[] }[] = [];
    const METRICS = { writeDataPoint: (point: (typeof points)[number]) => void points.push(point) };
    const { worker } = start({ AUTH_SECRET: STORED_SECRET, METRICS });
    const { Uploads } = toPresigner(worker, createLedgerClass(ledgerDependenciesOf(worker)));
    const props = {
      issuer: "https://backend.example.com",
      policies: ["photo"],
      actions: ["upload"],
    };
    const uploads = new Uploads({ props } as never, {} as never);
    const call = { user: "alice", contentType: "image/png", size: 5 };
    expect(await uploads.createUpload({ ...call, policy: "photo" })).toMatchObject({ ok: true });
    expect(await uploads.createUpload({ ...call, policy: "avatar" })).toMatchObject({ ok: false });
    expect(points.map(({ blobs }) => `${blobs[0]} ${blobs[3]}`)).toEqual([
      "ticket ok",
      "ticket forbidden",
      "refusal forbidden",
    ]);
  });

  it("has no method that its caller expects to be synchronous", () => {
    const { prototype }: { readonly prototype: object } = createPresigner(CONFIG).Ledger;
    const synchronous = methodsOf(prototype).flatMap(([name, method]) =>
      Object.prototype.toString.call(method) === "[object AsyncFunction]" ? [] : [name],
    );
    expect(synchronous).toEqual([]);
  });
});

/** Also the inherited ones. */
function methodsOf(prototype: object): readonly (readonly [string, unknown])[] {
  const parent = Reflect.getPrototypeOf(prototype);
  if (!parent || prototype === DurableObject.prototype) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(
    ([name, descriptor]) =>
      typeof descriptor.value === "function" && name !== "constructor"
        ? [[name, descriptor.value as unknown] as const]
        : [],
  );
  return [...own, ...methodsOf(parent)];
}
