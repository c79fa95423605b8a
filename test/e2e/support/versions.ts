/** Two versions of the Worker, of which one has the ledgers: what a gradual deployment makes. */
import { join } from "node:path";
import { createTestHarness, type Unstable_RawConfig } from "wrangler";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { ownerOf } from "../../../src/grant/owner.ts";
import { FIXTURE, ROOT } from "./older-versions.ts";
import { tokenFor, type Answer } from "./server.ts";

process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
process.env["WRANGLER_SEND_METRICS"] = "false";

export const VERSIONS = ["older", "newer"] as const;
export type Version = (typeof VERSIONS)[number];

interface Asked {
  readonly body?: object | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Versions {
  /** Sends a request such as `GET /v1/uploads` to the Worker of one version. */
  readonly ask: (version: Version, user: string, request: string, asked?: Asked) => Promise<Answer>;
  /** Runs SQL in the ledger of a user. */
  readonly exec: (user: string, sql: string) => Promise<readonly object[]>;
  readonly readLog: () => readonly string[];
  readonly close: () => Promise<void>;
}

interface Options {
  /** The source of the older version. */
  readonly folder: string;
  /** The version of the ledgers. */
  readonly ledgers: Version;
  readonly vars: Readonly<Record<string, string>>;
}

export async function startVersions({ folder, ledgers, vars }: Options): Promise<Versions> {
  const harness = createTestHarness({
    workers: VERSIONS.map((version) => ({
      config: {
        ...configOf(version, folder),
        name: version,
        vars,
        ...(version !== ledgers && {
          migrations: [],
          durable_objects: { bindings: [{ ...LEDGER, script_name: ledgers }] },
        }),
      },
    })),
  });
  const { origin } = (await harness.listen()).url;
  return {
    ask: async (version, user, request, asked) =>
      askWith(async (path, init) => harness.getWorker(version).fetch(origin + path, init), {
        user,
        request,
        ...asked,
      }),
    async exec(user, sql) {
      const { digest } = ownerOf("development", user);
      const worker = harness.getWorker(ledgers);
      const storage = await worker.getDurableObjectStorage("Ledger", { name: digest });
      return storage.exec(sql);
    },
    readLog: () => harness.getLogs().map(({ message }) => message),
    close: async () => harness.close(),
  };
}

const LEDGER = { name: "LEDGER", class_name: "Ledger" } as const;

/** Returns what `wrangler.toml` says of one version, whose ledgers are its own. */
export function configOf(version: Version, folder: string): Unstable_RawConfig {
  return {
    name: "versions",
    main: join(version === "older" ? folder : ROOT, FIXTURE, `${version}.ts`),
    compatibility_date: "2026-11-01",
    compatibility_flags: ["no_nodejs_compat", "no_nodejs_compat_v2"],
    durable_objects: { bindings: [LEDGER] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Ledger"] }],
    ratelimits: ["RATE_LIMIT_ADDRESS", "RATE_LIMIT_CALLER"].map((name, index) => ({
      name,
      namespace_id: String(7395 + index),
      simple: { limit: 10_000, period: 60 },
    })),
    r2_buckets: [
      {
        binding: "LOCAL_BUCKET",
        bucket_name: "uploads",
        local_dev: {
          experimental_s3_credentials: {
            accessKeyId: DEVELOPMENT_SECRETS.LOCAL_ACCESS_KEY_ID,
            secretAccessKey: DEVELOPMENT_SECRETS.LOCAL_SECRET_ACCESS_KEY,
          },
        },
      },
    ],
  };
}

interface Init {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Question extends Asked {
  readonly user: string;
  /** Method and path. */
  readonly request: string;
}

/** Asks as a user, in JSON. */
export async function askWith(
  fetchFrom: (path: string, init: Init) => Promise<Pick<Response, "status" | "text">>,
  { user, request, body, headers }: Question,
): Promise<Answer> {
  const [method = "", path = ""] = request.split(" ");
  const response = await fetchFrom(path, {
    method,
    headers: {
      authorization: `Bearer ${tokenFor(user)}`,
      ...(body && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}
