/** The options for the bucket and the origins, for a configuration that still has example values. */
import type { Command } from "commander";

/** The fields of a store that have an option, in the order of the questions. */
export const STORE_FIELDS = [
  { field: "region", flag: "--region" },
  { field: "account", flag: "--account" },
  { field: "jurisdiction", flag: "--jurisdiction" },
  { field: "endpoint", flag: "--endpoint" },
  { field: "bucket", flag: "--bucket" },
] as const;
type StoreField = (typeof STORE_FIELDS)[number]["field"];

export interface BucketFlags extends Readonly<Partial<Record<StoreField, string>>> {
  readonly provider?: string;
  readonly origin?: readonly string[];
}

/** Adds the options to a command. */
export function addBucketFlags(command: Command): Command {
  return command
    .option("--provider <name>", "provider of the bucket, such as aws or r2")
    .option("--bucket <name>", "name of the bucket")
    .option("--region <region>", "region of the bucket, if the provider has regions")
    .option("--account <id>", "account id for r2, namespace for oci, project for supabaseStorage")
    .option("--jurisdiction <name>", "jurisdiction of an r2 bucket: eu or fedramp")
    .option(
      "--endpoint <origin>",
      "URL of the server, for idrive, minio, ceph, compatible and other servers",
    )
    .option(
      "--origin <origin>",
      "origin of a page that may upload; can be repeated",
      (origin: string, origins?: readonly string[]) => [...(origins ?? []), origin],
    );
}

/** Returns only the options for the bucket and the origins. */
export function pickBucketFlags(options: BucketFlags): BucketFlags {
  const names = ["provider", "origin", ...STORE_FIELDS.map(({ field }) => field)] as const;
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}
