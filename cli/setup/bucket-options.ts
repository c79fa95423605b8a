/** The options that name a bucket and its pages, for a configuration that does not name them yet. */
import type { Command } from "commander";

/** The fields of a store that options set, by the names that the configuration has for them. */
export const STORE_FIELDS = ["region", "account", "jurisdiction", "endpoint", "bucket"] as const;
type StoreField = (typeof STORE_FIELDS)[number];

export interface BucketFlags extends Readonly<Partial<Record<StoreField, string>>> {
  readonly provider?: string;
  readonly origin?: readonly string[];
}

export function addBucketFlags(command: Command): Command {
  return command
    .option("--provider <name>", "aws, r2, … in place of the configuration's")
    .option("--bucket <name>", "the bucket")
    .option("--region <region>", "its region, where the provider has regions")
    .option("--account <id>", "the account, for r2")
    .option("--jurisdiction <name>", "eu or fedramp, for a bucket of r2 that has one")
    .option("--endpoint <origin>", "the server, for minio, ceph and compatible")
    .option(
      "--origin <origin>",
      "a page that may call; again for more",
      (origin: string, origins?: readonly string[]) => [...(origins ?? []), origin],
    );
}

/** Those of a command's options that name the bucket. */
export function pickBucketFlags(options: BucketFlags): BucketFlags {
  const names = ["provider", "origin", ...STORE_FIELDS] as const;
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}
