/** The policies of the configuration that runs, as the development server describes them. */
import * as z from "zod/mini";

const policiesSchema = z.object({
  policies: z.array(
    z.object({
      name: z.string(),
      types: z.array(z.string()),
      maxBytes: z.number(),
      download: z.boolean(),
      delete: z.boolean(),
    }),
  ),
});
export type Policy = z.output<typeof policiesSchema>["policies"][number];

/** Returns the policies by name, the default one first. */
export async function readPolicies(): Promise<ReadonlyMap<string, Policy>> {
  const response = await fetch("/dev/policies");
  const { policies } = policiesSchema.parse(await response.json());
  return new Map(policies.map((policy) => [policy.name, policy]));
}
