/** Writes the Worker that runs in development: its Wrangler configuration, its entry, and what stands for `edge-presigner/worker`. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Unstable_RawConfig as WranglerConfig } from "wrangler";
import type { EmbeddedBucket } from "../../dev/development.ts";
import { DEVELOPMENT_SECRETS } from "../../dev/secrets.ts";
import { COMPATIBILITY_DATE } from "../init/versions.ts";
import type { ProjectWorker } from "./find-worker.ts";
import { pagePath, writePage } from "./page.ts";
import type { Prepared } from "./prepare.ts";

interface Sources extends Prepared {
  readonly project: ProjectWorker | undefined;
  /** The folder that is written into. */
  readonly folder: string;
}

const REQUESTS_A_MINUTE = { limit: 10_000, period: 60 } as const;

interface Written {
  /** The path of the Wrangler configuration. */
  readonly configPath: string;
  /** From each bucket to its binding. */
  readonly bindings: Readonly<Record<string, string>>;
}

/** Writes each file only if it changes: Wrangler watches them. */
export function writeWorker({ development, buckets, project, folder }: Sources): Written {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
    return file;
  };
  write("development.json", JSON.stringify(development, undefined, 2));
  const presigner = write("presigner.js", presignerSource("presigner", "createPresigner", 1));
  const built = write("built.js", presignerSource("built", "createBuiltPresigner", 2));
  const entry = project?.entry ?? write("index.js", ENTRY);
  const page = pagePath(project);
  const config = project?.entry === undefined ? ownConfig(project) : projectConfig(project, folder);
  const r2Buckets = bindBuckets(config.r2_buckets ?? [], buckets);
  const configPath = write(
    "wrangler.json",
    JSON.stringify(
      {
        ...config,
        main: entry,
        alias: {
          ...config.alias,
          "edge-presigner/worker": presigner,
          "edge-presigner/built": built,
        },
        r2_buckets: r2Buckets,
        ratelimits: [
          ...(config.ratelimits ?? []).filter(({ name }) => !name.startsWith("RATE_LIMIT_")),
          { name: "RATE_LIMIT_ADDRESS", namespace_id: "7391", simple: REQUESTS_A_MINUTE },
          { name: "RATE_LIMIT_CALLER", namespace_id: "7392", simple: REQUESTS_A_MINUTE },
        ],
        ...(page !== undefined && { assets: { directory: writePage(page, folder) } }),
        send_metrics: false,
      } satisfies Readonly<Partial<WranglerConfig>>,
      undefined,
      2,
    ),
  );
  return {
    configPath,
    bindings: Object.fromEntries(
      r2Buckets.map(({ binding, bucket_name: bucket = "" }) => [bucket, binding]),
    ),
  };
}

const ENTRY = `import { createPresigner } from "./presigner.js";
const presigner = createPresigner();
export default { fetch: presigner.fetch };
export class Ledger extends presigner.Ledger {}
`;

/** The files of this package: compiled in an installed one. */
const fileOf = (path: string) =>
  JSON.stringify(
    fileURLToPath(new URL(`../../${path}${extname(import.meta.filename)}`, import.meta.url)),
  );

/** Whatever configuration the entry passes to the function, the one in development.json is used; the hooks are its own. */
function presignerSource(file: string, create: string, hooksAt: number): string {
  return `import { createDevelopmentPresigner } from ${fileOf("dev/presigner")};
import development from "./development.json";
export * from ${fileOf(`src/${file}`)};
export const ${create} = (...options) => createDevelopmentPresigner(development, options[${hooksAt}]);
`;
}

/** For a configuration without a Worker of its own. */
function ownConfig(project: ProjectWorker | undefined): WranglerConfig {
  const {
    name = "edge-presigner",
    compatibility_date = COMPATIBILITY_DATE,
    queues: { producers } = {},
  } = project?.config ?? {};
  return {
    name: `${name}-dev`,
    compatibility_date,
    durable_objects: { bindings: [{ name: "LEDGER", class_name: "Ledger" }] },
    migrations: [{ tag: "v1", new_sqlite_classes: ["Ledger"] }],
    version_metadata: { binding: "VERSION" },
    // For the audit.
    ...(producers && { queues: { producers } }),
  };
}

/** What of the project's own is for a deployment only is left out. */
function projectConfig({ config, folder }: ProjectWorker, own: string): WranglerConfig {
  const {
    env: _env,
    secrets: _secrets,
    route: _route,
    routes: _routes,
    dev: _dev,
    $schema: _schema,
    ...rest
  } = config;
  return {
    ...rest,
    ...(rest.assets?.directory !== undefined && {
      assets: { ...rest.assets, directory: resolve(folder, rest.assets.directory) },
    }),
    ...(rest.tsconfig !== undefined && { tsconfig: resolve(folder, rest.tsconfig) }),
    ...(rest.base_dir !== undefined && { base_dir: resolve(folder, rest.base_dir) }),
    ...(rest.alias && { alias: resolveAll(rest.alias, folder) }),
    ...(rest.build && { build: watchBoth(rest.build, folder, own) }),
  };
}

type Build = NonNullable<WranglerConfig["build"]>;

/**
 * Such as `edge-presigner build`: it runs in the folder of the project. With it, Wrangler watches only
 * these paths, which it takes as relative ones, and so ours has to be among them.
 */
function watchBoth({ watch_dir = "./src", ...build }: Build, project: string, own: string): Build {
  const paths = [watch_dir].flat().map((path) => relative(own, resolve(project, path)));
  return { ...build, watch_dir: [...paths, "development.json"] };
}

function resolveAll(
  alias: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(alias).map(([name, path]) => [
      name,
      path.startsWith(".") ? resolve(folder, path) : path,
    ]),
  );
}

type R2Binding = NonNullable<WranglerConfig["r2_buckets"]>[number];

const local_dev = {
  experimental_s3_credentials: {
    accessKeyId: DEVELOPMENT_SECRETS.LOCAL_ACCESS_KEY_ID,
    secretAccessKey: DEVELOPMENT_SECRETS.LOCAL_SECRET_ACCESS_KEY,
  },
};

/** Serves each bucket over S3, also where the project binds it under a name of its own. */
function bindBuckets(own: readonly R2Binding[], buckets: readonly EmbeddedBucket[]): R2Binding[] {
  const names = new Set(buckets.map(({ bucket }) => bucket));
  const bound = new Set(own.map(({ bucket_name: name }) => name));
  return [
    ...own.map((one) => (names.has(one.bucket_name ?? "") ? { ...one, local_dev } : one)),
    ...[...names]
      .filter((name) => !bound.has(name))
      .map((name) => ({ binding: bindingOf(name), bucket_name: name, local_dev })),
  ];
}

const bindingOf = (bucket: string) => `EMBEDDED_${bucket.toUpperCase().replaceAll("-", "_")}`;
