/** A variant in a process of its own, and what a part of its requests costs. */
import type { Bundle } from "./bundle.ts";
import { SECRETS } from "./config.ts";
import { openConnection, encode } from "./connection.ts";
import { cpuMsSince, readCpuTime } from "./cpu-time.ts";
import { CONNECTIONS, createLoad, type Load } from "./load.ts";
import { serve, type Server, type ServeOptions } from "./serve.ts";
import { JWKS, mintShared } from "./tokens.ts";
import { upload, type Variant, type WORKERS } from "./variant.ts";
import type { Workspace } from "./workspace.ts";

/** What all measurements share. */
export interface Bench {
  readonly workspace: Workspace;
  readonly bundles: ReadonlyMap<(typeof WORKERS)[number], Bundle>;
  /** The core for workerd; any if `undefined`. */
  readonly core: number | undefined;
  readonly isQuick: boolean;
}

export interface Target {
  readonly variant: Variant;
  readonly server: Server;
  readonly load: Load;
}

/** What one request costs. */
export interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Starts a process and checks one answer. */
export async function open(
  bench: Bench,
  variant: Variant,
  options: ServeOptions = {},
): Promise<Target> {
  const server = await start(bench, variant, { core: bench.core, ...options });
  const load = createLoad(server.port);
  await load.send(variant, 1);
  return { variant, server, load };
}

/** Starts the Worker of a variant with all that it needs. */
export async function start(
  bench: Bench,
  { worker, hasNoRateLimit }: Pick<Variant, "worker" | "hasNoRateLimit">,
  options: ServeOptions = {},
): Promise<Server> {
  const bundle = findBundle(bench, worker);
  if (worker === "built")
    return serve(bench.workspace, bundle, { hasLedger: true, variables: SECRETS, ...options });
  if (worker !== "presigner") return serve(bench.workspace, bundle, options);
  return serve(bench.workspace, bundle, {
    outbound: { bundle: findBundle(bench, "outbound"), jwks: JWKS },
    hasLedger: true,
    ...(hasNoRateLimit && { variables: { NO_RATE_LIMIT: "true" } }),
    ...options,
  });
}

function findBundle({ bundles }: Bench, worker: (typeof WORKERS)[number]): Bundle {
  const bundle = bundles.get(worker);
  if (bundle) return bundle;
  throw new TypeError(`Cannot measure ${worker}: it has no bundle`);
}

export async function close({ load, server }: Target): Promise<void> {
  load.close();
  await server.stop();
}

/** Measures `count` requests, after a few that are not measured: they open what was closed meanwhile. */
export async function spend({ variant, server, load }: Target, count: number): Promise<Cost> {
  await load.send(variant, CONNECTIONS);
  const [earlier, startedAt] = [readCpuTime(server.pid), performance.now()];
  await load.send(variant, count);
  const wallMs = (performance.now() - startedAt) / count;
  return { cpuMs: cpuMsSince(server.pid, earlier) / count, wallMs };
}

/** Creates an upload in parts, and returns its id. Any process with the same secrets accepts it. */
export async function createMultipart(bench: Bench): Promise<string> {
  const server = await start(bench, { worker: "presigner" });
  const connection = openConnection(server.port);
  const headers = { authorization: `Bearer ${mintShared("alice")}` };
  const video = {
    policy: "video",
    filename: "holiday.mp4",
    contentType: "video/mp4",
    size: 1_000_000_000,
  };
  const { status, body } = await connection.exchange(encode(upload(headers, video)));
  connection.close();
  await server.stop();
  const [, id] = /"id":"([^"]+)"/.exec(body) ?? [];
  if (status !== 201 || id === undefined)
    throw new Error(`Cannot create a multipart upload: ${status} ${body}`);
  return id;
}
