/** The process of a test's Worker: Wrangler's harness, the receiver of its webhooks, and a store that can fail. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { findWorker } from "../cli/dev/find-worker.ts";
import { prepareDevelopment } from "../cli/dev/prepare.ts";
import { writeWorker } from "../cli/dev/write-worker.ts";
import { loadDefinition } from "../cli/load-config.ts";
import { ConfigurationError } from "../src/config/errors.ts";
import type { Call, Methods, Reply, Settings, Started } from "./messages.ts";
import { listObjects, readObject, type StoreBucket } from "./objects.ts";
import { openProxy } from "./proxy.ts";
import { openReceiver } from "./receiver.ts";

process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";

type Handlers = {
  readonly [Name in keyof Methods]: (
    params: Parameters<Methods[Name]>[0],
  ) => Promise<ReturnType<Methods[Name]>>;
};

const settings = await new Promise<Settings>((done) => {
  process.once("message", done);
});
try {
  const { url, handlers, close } = await start(settings);
  process.on("message", (call: Call) => void answer(handlers, call));
  process.once("disconnect", () => void close().finally(() => process.exit()));
  send({ url });
} catch (error) {
  send({ failed: describe(error) });
}

async function start({ config, folder, vars }: Settings) {
  const definition = typeof config === "string" ? await loadDefinition(config) : config;
  const prepared = prepareDevelopment(definition);
  const project = await findWorker(folder);
  const parent = join(folder, ".wrangler/edge-presigner");
  mkdirSync(parent, { recursive: true });
  const own = mkdtempSync(join(parent, "test-"));
  const receiver = await openReceiver();
  const { createTestHarness } = await import("wrangler");
  const hasWebhook =
    typeof definition === "object" && definition !== null && "webhook" in definition;
  const { configPath, bindings } = writeWorker({ ...prepared, project, folder: own });
  const harness = createTestHarness({
    workers: [
      {
        configPath,
        vars: { ...(hasWebhook && { WEBHOOK_URL: receiver.url }), ...vars },
      },
    ],
  });
  const { url } = await harness.listen();
  const proxy = await openProxy(url);
  const getBuckets = async () => {
    const env = await harness.getWorker<Readonly<Record<string, StoreBucket["bucket"]>>>().getEnv();
    return prepared.buckets.flatMap(({ store, bucket: name }) => {
      const bucket = env[bindings[name] ?? ""];
      return bucket ? [{ store, bucket }] : [];
    });
  };
  const handlers: Handlers = {
    objects: async () => listObjects(await getBuckets()),
    read: async (object) => readObject(await getBuckets(), object),
    webhooks: async ({ count }) => receiver.waitFor(count),
    breakStore: async ({ failure }) => {
      proxy.breakStore(failure);
      return true;
    },
    reset: async () => {
      await harness.reset();
      const { url: fresh } = await harness.listen();
      proxy.connectTo(fresh);
      proxy.breakStore(undefined);
      receiver.clear();
      return true;
    },
  };
  return {
    url: proxy.url,
    handlers,
    close: async () => {
      await Promise.allSettled([harness.close(), proxy.close(), receiver.close()]);
      rmSync(own, { recursive: true, force: true });
    },
  };
}

async function answer(handlers: Handlers, { id, method, params }: Call): Promise<void> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parameters of that method
    const handle = handlers[method] as (params: object) => Promise<unknown>;
    send({ id, result: await handle(params) });
  } catch (error) {
    send({ id, failed: describe(error) });
  }
}

function send(message: Started | Reply): void {
  process.send?.(message);
}

function describe(error: unknown): string {
  if (!(error instanceof ConfigurationError))
    return error instanceof Error ? error.message : String(error);
  const lines = error.errors.map(({ path, detail }) => `${path}: ${detail}`);
  return `The configuration has errors:\n${lines.join("\n")}`;
}
