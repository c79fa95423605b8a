/** Adds a store to the texts of a project. What was written in another way is left alone. */
import * as z from "zod/mini";
import { asRecord } from "../../src/config/as-record.ts";
import { describeSecrets } from "../init/describe-bindings.ts";

/** Returns the text with the store, or `undefined` where its place is not found. */
export function addToConfig(
  text: string,
  {
    name,
    provider,
    options,
  }: { readonly name: string; readonly provider: string; readonly options: string },
): string | undefined {
  const stores = [...text.matchAll(/^ {2}stores: \{\n/gm)];
  const imports = /import \{([^}]*)\} from "edge-presigner";/.exec(text);
  const [place] = stores;
  if (!place || stores.length > 1 || !imports) return undefined;
  const end = place.index + place[0].length;
  const withStore = `${text.slice(0, end)}    ${name}: ${provider}(${options}),\n${text.slice(end)}`;
  const names = (imports[1] ?? "").split(",").map((one) => one.trim());
  const all = [...new Set([...names, provider])].filter((one) => one !== "").toSorted();
  return withStore.replace(imports[0], `import { ${all.join(", ")} } from "edge-presigner";`);
}

const REQUIRED = /^(\[(?:env\.[\w-]+\.)?secrets\]\n(?:#.*\n)*required = \[)([^\]#]*)\]/gm;

/** Returns the text with the secrets in each list that has some. */
export function addToRequired(text: string, secrets: readonly string[]): string {
  return text.replaceAll(REQUIRED, (all, start: string, list: string) => {
    const names = list.split(",").flatMap((one) => one.trim() || []);
    if (names.length === 0) return all;
    const added = secrets.map((secret) => `"${secret}"`).filter((one) => !names.includes(one));
    return `${start}\n${[...names, ...added].map((one) => `  ${one},\n`).join("")}]`;
  });
}

/** Returns `.dev.vars.example` with a line for each secret. */
export function addToExample(text: string, secrets: readonly string[]): string {
  const added = secrets.filter((name) => !new RegExp(`^#? ?${name}=`, "m").test(text));
  return text.replace(/\n?$/, "\n") + added.map((name) => `${name}=\n`).join("");
}

const packageSchema = z.object({
  cloudflare: z.object({ bindings: z.record(z.string(), z.unknown()) }),
});

/** Returns package.json with a description of each secret, if it describes some. */
export function addDescriptions(text: string, secrets: readonly string[]): string {
  const file: unknown = JSON.parse(text);
  const described = packageSchema.safeParse(file);
  if (!described.success) return text;
  const bindings = { ...described.data.cloudflare.bindings, ...describeSecrets(secrets) };
  const { cloudflare, ...rest } = asRecord(file);
  const changed = { ...rest, cloudflare: { ...asRecord(cloudflare), bindings } };
  return `${JSON.stringify(changed, undefined, 2)}\n`;
}
