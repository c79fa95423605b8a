/** What one server can do, where that differs from the row of its provider. `doctor` measures and prints it. */
import * as z from "zod/mini";
import { CHECKSUM_ALGORITHMS } from "../store/checksum.ts";
import { COPIES } from "../store/provider-defaults.ts";
import { IF_NONE_MATCH, type Provider } from "../store/provider.ts";

export const capabilitiesSchema = z.strictObject({
  noOverwrite: z.optional(z.boolean()),
  checksums: z.optional(
    z.partialRecord(z.enum(CHECKSUM_ALGORITHMS), z.enum(["enforced", "ignored", "refused"])),
  ),
  needsSdkChecksumAlgorithm: z.optional(z.boolean()),
  copies: z.optional(z.boolean()),
  postForms: z.optional(z.boolean()),
});

/** `refused`: the store accepts no request with that checksum, so that no policy may require it. */
export type Capabilities = Readonly<z.output<typeof capabilitiesSchema>>;

/** Returns the provider's row with the measured values. */
export function withCapabilities(provider: Provider, seen: Capabilities = {}): Provider {
  const { noOverwrite, checksums = {}, needsSdkChecksumAlgorithm, copies, postForms } = seen;
  const known = { ...provider.checksums };
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const trust = checksums[algorithm];
    if (trust === "refused") delete known[algorithm];
    else if (trust !== undefined) known[algorithm] = trust;
  }
  return {
    ...provider,
    checksums: known,
    ...(noOverwrite !== undefined && {
      noOverwrite: noOverwrite
        ? { ...(provider.noOverwrite ?? IF_NONE_MATCH), trust: "enforced" }
        : undefined,
    }),
    ...(needsSdkChecksumAlgorithm !== undefined && { needsSdkChecksumAlgorithm }),
    ...(copies !== undefined && {
      copies: copies ? { ...(provider.copies ?? COPIES), trust: "enforced" } : undefined,
    }),
    ...(postForms !== undefined && { postForms }),
  };
}
