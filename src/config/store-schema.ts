/** The fields of a store. */
import * as z from "zod/mini";
import { PROVIDERS, type ProviderName } from "../store/providers.ts";
import { capabilitiesSchema } from "./capabilities.ts";

export const storeSchema = z.strictObject({
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the keys' type
  provider: z.enum(Object.keys(PROVIDERS) as [ProviderName, ...ProviderName[]]),
  bucket: z
    .string()
    .check(
      z.regex(
        /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
        "must be a bucket name: 3 to 63 of a-z, 0-9, hyphen and dot",
      ),
    ),
  region: z.optional(z.string()),
  account: z.optional(z.string()),
  jurisdiction: z.optional(z.enum(["eu", "fedramp"])),
  endpoint: z.optional(z.string()),
  /** The host that clients reach and that is signed, where it differs from the one that the Worker calls. */
  publicEndpoint: z.optional(z.string()),
  /** Where anybody reads the objects, such as a CDN before the bucket: completions and lists have a `publicUrl`. */
  publicBaseUrl: z.optional(z.string()),
  addressing: z.optional(z.enum(["virtual-host", "path"])),
  /**
   * `"signed-empty"` signs an empty `x-amz-copy-source`, so that a ticket cannot be turned into a copy.
   * It breaks uploads on most stores: use it only where `doctor` says that it works (docs/security.md).
   */
  copyGuard: z.optional(z.enum(["signed-empty", "none"])),
  /** What this server was seen to do: `npx edge-presigner doctor` prints it where it differs. */
  capabilities: z.optional(capabilitiesSchema),
});

export type StoreFields = Readonly<z.output<typeof storeSchema>>;
