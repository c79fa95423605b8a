/** `edge-presigner reconcile`: compares what a user keeps in the store with what the ledger counts. */
import { InvalidArgumentError, Option, type Command } from "commander";
import type { Config, Policy } from "../src/config/config.ts";
import { describeBytes } from "../src/describe-bytes.ts";
import type { StoreAccess } from "../src/store/request.ts";
import { StoreUnavailable } from "../src/store/request.ts";
import { createSigner } from "../src/store/sigv4.ts";
import type { Store } from "../src/store/store.ts";
import { readClaim, type ClaimOptions } from "./claim-option.ts";
import { addConfigOptions, openConfig, type ConfigOptions } from "./config-options.ts";
import { askAdmin } from "./admin/ask-admin.ts";
import { correctedSchema, quotaSchema } from "./admin/answers.ts";
import { userPath } from "./admin/user-path.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { WorkerError, describeFailure, openUploader } from "./open-uploader.ts";
import { paint, print, printError, printJson } from "./output.ts";
import { listObjects } from "../src/store/list.ts";
import { quotaPrefixOf } from "./reconcile/quota-prefix.ts";
import { requireKeys } from "./require-keys.ts";
import { authenticateClaims, completeClaims } from "./simulate/caller.ts";
import { tokenOption } from "./token-option.ts";
import { urlOption } from "./url-option.ts";

interface Options extends ConfigOptions {
  readonly user: string;
  readonly policy: string;
  readonly url: URL;
  readonly token?: string;
  readonly claim: ClaimOptions;
  readonly apply?: boolean;
  readonly adminToken?: string;
  readonly json?: boolean;
}

interface Kept {
  readonly objects: number;
  readonly bytes: number;
}

const TOKEN_SECONDS = 600;

/** Adds the command `reconcile` to the program. */
export function addReconcile(program: Command): void {
  const command = program
    .command("reconcile")
    .description("Compares what is in the store with what a quota counts as stored.")
    .requiredOption("--user <id>", "user id: the user of the token")
    .requiredOption("--policy <name>", "policy with quota.stored or quota.objects")
    .addOption(urlOption("--url <url>", "URL of the Worker"))
    .addOption(tokenOption("bearer token of the user"))
    .addOption(
      new Option("--claim <name=value>", "a claim of the token, such as that of quotaFor")
        .argParser(readClaim)
        .default({}, "none"),
    )
    .option("--apply", "correct what the ledger counts, with a token of an admin")
    .addOption(
      new Option(
        "--admin-token <token>",
        "for --apply (default: one of the development server)",
      ).env("ADMIN_TOKEN"),
    )
    .option("--json", "print the result as JSON");
  addConfigOptions(command).action(run);
}

async function run(options: Options): Promise<void> {
  const { user, claim, url, json } = options;
  const { config, missingSecrets } = await openConfig(options);
  const policy = findLimited(config, options.policy);
  for (const { readCredentials } of policy.stores.values())
    requireKeys(readCredentials, missingSecrets, "reconcile lists the bucket");
  const prefix = await findPrefix(config, policy, options);
  try {
    const token =
      options.token ??
      (await mintDevelopmentToken(user, { claims: claim, expiresInSeconds: TOKEN_SECONDS }));
    const counted = await readCounted(policy.name, { url, token });
    const stored = await readStored(policy, prefix, url);
    const isEqual =
      stored.objects === counted.objects && (counted.bytes ?? stored.bytes) === stored.bytes;
    const result = { policy: policy.name, prefix, stored, counted, isEqual };
    const isApplied = options.apply === true && !isEqual && (await apply(result, options));
    if (json) printJson(options.apply ? { ...result, isApplied } : result);
    else print(describe({ ...result, isApplied }));
    if (!isEqual && !isApplied) process.exitCode = 1;
  } catch (error) {
    const reason =
      error instanceof StoreUnavailable
        ? `Cannot list ${prefix} in the store: ${error.logReason}`
        : describeFailure(error);
    if (json) printJson({ error: reason });
    else printError(`${paint("red", "✘")} ${reason}\n`);
    process.exitCode = 2;
  }
}

function findLimited({ policies }: Config, name: string): Policy {
  const policy = policies.get(name);
  if (!policy) throw new InvalidArgumentError(`There is no policy "${name}".`);
  if (policy.quota?.objects !== undefined) return policy;
  throw new InvalidArgumentError(
    `The policy "${name}" counts nothing as stored: it has no quota.stored and no quota.objects.`,
  );
}

async function findPrefix(
  config: Config,
  policy: Policy,
  { user, claim }: Options,
): Promise<string> {
  const nowMs = Date.now();
  const userClaim = config.issuers[0]?.userClaim ?? "sub";
  const claims = completeClaims(config, { ...claim, [userClaim]: user }, nowMs);
  const prefix = quotaPrefixOf(policy, await authenticateClaims(config, claims, nowMs));
  if (prefix !== undefined) return prefix;
  const what = policy.quotaClaim === undefined ? "{user}" : `{claim.${policy.quotaClaim}}`;
  throw new InvalidArgumentError(
    `Cannot list what counts for "${policy.name}": ${what} must come first in its key, and the token must have it (--claim).`,
  );
}

/** Returns what the ledger counts, with what it has reserved for uploads in progress. */
async function readCounted(
  name: string,
  worker: { readonly url: URL; readonly token: string },
): Promise<{ readonly objects: number | undefined; readonly bytes: number | undefined }> {
  const uploader = await openUploader(worker);
  const { policies } = await uploader.policies();
  const quota = policies.find((one) => one.name === name)?.quota;
  return { objects: usedOf(quota?.objects), bytes: usedOf(quota?.stored) };
}

function usedOf(
  limit: { readonly limit: number; readonly remaining?: number } | undefined,
): number | undefined {
  return limit?.remaining === undefined ? undefined : limit.limit - limit.remaining;
}

async function readStored(policy: Policy, prefix: string, url: URL): Promise<Kept> {
  const kept = { objects: 0, bytes: 0 };
  for (const store of new Set(policy.stores.values())) {
    const place = { store, prefix, requestOrigin: url.origin };
    // oxlint-disable-next-line no-await-in-loop -- one page is asked for after the other
    for await (const { size } of listObjects(place, accessTo(store))) {
      // The empty object of an aborted upload is none.
      if (size === 0 && policy.minBytes > 0) continue;
      kept.objects += 1;
      kept.bytes += size;
    }
  }
  return kept;
}

function accessTo(store: Store): StoreAccess {
  const signer = createSigner(store.readCredentials, store);
  return { signer, now: Date.now, fetch: async (input, init) => fetch(input, init) };
}

/** Corrects the ledger, unless it has changed since. Throws `WorkerError` while uploads are in progress. */
async function apply(
  { policy, stored }: { readonly policy: string; readonly stored: Kept },
  { user, claim, url, adminToken }: Options,
): Promise<boolean> {
  const options = { url, claim, ...(adminToken !== undefined && { token: adminToken }) };
  const path = userPath(user, options, { rest: "/quota" });
  const { policies } = await askAdmin(options, { method: "GET", path, answer: quotaSchema });
  const { used } = policies.find((one) => one.policy === policy) ?? {};
  if ((used?.["pending"] ?? 0) > 0)
    throw new WorkerError("Uploads are in progress: run it again when they have ended");
  const body = {
    policy,
    used: { objects: stored.objects, stored: stored.bytes },
    expected: { objects: used?.["objects"], stored: used?.["stored"] },
  };
  await askAdmin(options, { method: "PATCH", path, body, answer: correctedSchema });
  return true;
}

interface Result {
  readonly isApplied: boolean;
  readonly prefix: string;
  readonly stored: Kept;
  readonly counted: Readonly<Partial<Kept>> | { readonly [Name in keyof Kept]: number | undefined };
  readonly isEqual: boolean;
}

function describe({ prefix, stored, counted, isEqual, isApplied }: Result): string {
  const bytes = counted.bytes === undefined ? "" : `, ${describeBytes(counted.bytes)}`;
  const lines = [
    `store   ${stored.objects} objects, ${describeBytes(stored.bytes)} under ${prefix}`,
    `ledger  ${counted.objects ?? "unknown"} objects${bytes}, with uploads in progress`,
  ];
  const advice = isEqual
    ? "✔ they agree"
    : isApplied
      ? "✔ the ledger counts what the store has now"
      : "✘ they differ: wait until no upload is in progress, compare again, and correct it with --apply";
  return `${[...lines, advice].join("\n")}\n`;
}
