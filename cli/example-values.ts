/** Finds values of the example configuration that were not replaced: `YOUR-…` and the reserved domains of RFC 2606. */
import * as z from "zod/mini";
import type { ConfigError } from "../src/config/errors.ts";

/** The account of R2 in a new project, until its author knows better: it has the right form, so that development works. */
export const EXAMPLE_ACCOUNT = "0".repeat(32);

/** What an issuer preset wrote: its fields, and the names of the options that they come from. */
const presetSchema = z.object({
  preset: z.object({ options: z.record(z.string(), z.string()) }),
});

/** Returns an error for each example value, with the name that its author wrote. */
export function findExampleValues(value: unknown, path = ""): readonly ConfigError[] {
  if (typeof value === "string") {
    const [example] =
      /[\w.-]*(YOUR-|\bexample\.(com|net|org)\b|\b0{32}\b)[\w.-]*/.exec(value) ?? [];
    if (example === undefined) return [];
    return [{ path, detail: `is still the example value "${example}": replace it with your own` }];
  }
  if (typeof value !== "object" || value === null) return [];
  const preset = presetSchema.safeParse(value);
  const options = preset.success ? preset.data.preset.options : {};
  const found = Object.entries(value).flatMap(([step, inner]) =>
    findExampleValues(inner, [path, options[step] ?? step].filter(Boolean).join(".")),
  );
  return found.filter(
    (error, index) => found.findIndex((one) => one.path === error.path) === index,
  );
}
