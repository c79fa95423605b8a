/** Completes the bucket and the origins of an example configuration, from options or answers. */
import { InvalidArgumentError } from "commander";
import * as z from "zod/mini";
import type { Provider } from "../../src/store/provider.ts";
import { PROVIDERS, type ProviderName } from "../../src/store/providers.ts";
import { findExampleValues } from "../example-values.ts";
import { formatFieldName, formatConfigValue } from "../format-config-value.ts";
import { findErrorAt } from "./find-error.ts";
import { STORE_FIELDS, type BucketFlags } from "./bucket-options.ts";

/** Asks questions in the terminal. */
export interface Prompts {
  readonly text: (question: {
    readonly message: string;
    readonly initial?: string | undefined;
    /** Returns what is wrong with an answer, or `undefined`. */
    readonly validate: (answer: string) => string | undefined;
  }) => Promise<string>;
  readonly provider: (initial: string) => Promise<ProviderName>;
}

export interface Completed {
  readonly definition: unknown;
  /** The lines for the configuration file, or `undefined` if nothing was completed. */
  readonly lines: string | undefined;
}

const definitionSchema = z.looseObject({
  origins: z.array(z.string()),
  stores: z.record(z.string(), z.looseObject({ provider: z.string() })),
});
type Definition = z.output<typeof definitionSchema>;
type Fields = Readonly<Record<string, unknown>>;

/** Returns the names of the stores in a configuration that may not be valid. */
export function storeNamesOf(definition: unknown): readonly string[] {
  const parsed = z.object({ stores: z.record(z.string(), z.unknown()) }).safeParse(definition);
  return Object.keys(parsed.data?.stores ?? {});
}

interface Answers {
  readonly flags: BucketFlags;
  /** `undefined` without a terminal. */
  readonly prompts: Prompts | undefined;
}

/** Returns the completed configuration. The compiler checks it afterwards. Throws `InvalidArgumentError` if options are missing. */
export async function completeDefinition(
  definition: unknown,
  name: string,
  { flags, prompts }: Answers,
): Promise<Completed> {
  const parsed = definitionSchema.safeParse(definition);
  const store = parsed.data?.stores[name];
  if (!parsed.success || !store) return { definition, lines: undefined };
  const isOpen = findExampleValues([parsed.data.origins, store]).length > 0;
  if (!isOpen && Object.keys(flags).length === 0) return { definition, lines: undefined };

  const answers = { flags, prompts: isOpen ? prompts : undefined };
  const missing: string[] = [];
  const completed = await nameStore(parsed.data, name, answers, missing);
  const origins = await nameOrigins(completed, answers, missing);
  if (missing.length > 0) {
    throw new InvalidArgumentError(
      `The configuration still has example values: replace them, or pass ${missing.join(", ")}.`,
    );
  }
  const whole = { ...completed, origins };
  return { definition: whole, lines: linesOf(whole, name) };
}

async function nameStore(
  definition: Definition,
  name: string,
  { flags, prompts }: Answers,
  missing: string[],
): Promise<Definition> {
  const present: Fields = definition.stores[name] ?? {};
  const provider = flags.provider ?? (await prompts?.provider(String(present["provider"])));
  const isSame = provider === undefined || provider === present["provider"];
  const row: Provider = PROVIDERS[isSame ? toProvider(present["provider"]) : toProvider(provider)];
  let fields: Fields = isSame
    ? present
    : { provider: toProvider(provider), ...("bucket" in present && { bucket: present["bucket"] }) };
  for (const { field, flag } of STORE_FIELDS) {
    const description =
      field === "bucket" ? "the name of the bucket" : row.options[field]?.expected;
    const own = ownValue(fields[field]);
    const isPrompted = prompts && description !== undefined && flags[field] === undefined;
    const value = isPrompted
      ? // oxlint-disable-next-line no-await-in-loop -- one question after the other
        await prompts.text({
          message: `${field}: ${description}`,
          initial: own,
          validate: validateField(definition, name, { fields, field }),
        })
      : (flags[field] ?? own);
    if (value !== undefined) fields = { ...fields, [field]: value };
    else if (description !== undefined) missing.push(flag);
  }
  return withStore(definition, name, fields);
}

async function nameOrigins(
  definition: Definition,
  { flags, prompts }: Answers,
  missing: string[],
): Promise<string[]> {
  if (flags.origin) return [...flags.origin];
  if (findExampleValues(definition.origins).length === 0) return definition.origins;
  const answer = await prompts?.text({
    message:
      "origins: the pages that may upload, such as https://app.acme.dev (leave empty for apps only)",
    validate: (text) => findErrorAt({ ...definition, origins: splitWords(text) }, "origins"),
  });
  if (answer === undefined) missing.push("--origin");
  return splitWords(answer ?? "");
}

/** Returns the words between spaces and commas. */
export function splitWords(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

function validateField(
  definition: Definition,
  name: string,
  { fields, field }: { readonly fields: Fields; readonly field: string },
): (answer: string) => string | undefined {
  return (answer) => {
    const tried = withStore(definition, name, { ...fields, [field]: answer });
    return findErrorAt(tried, `stores.${name}.${field}`);
  };
}

/** Returns a value that is not from the example, or `undefined`. */
function ownValue(value: unknown): string | undefined {
  return typeof value === "string" && findExampleValues(value).length === 0 ? value : undefined;
}

/** Throws `InvalidArgumentError` for a name that no provider has. */
export function toProvider(text: unknown): ProviderName {
  const names = Object.keys(PROVIDERS).filter((name) => name !== "local");
  if (typeof text === "string" && isProvider(text)) return text;
  throw new InvalidArgumentError(
    `There is no provider ${String(text)}. Use one of ${names.join(", ")}.`,
  );
}

function isProvider(text: string): text is ProviderName {
  return Object.hasOwn(PROVIDERS, text);
}

function withStore(definition: Definition, name: string, fields: Fields): Definition {
  const store = { ...fields, provider: String(fields["provider"]) };
  return { ...definition, stores: { ...definition.stores, [name]: store } };
}

/** Returns the lines for `presigner.config.ts`. */
function linesOf({ origins, stores }: Definition, name: string): string {
  const { provider, ...options } = stores[name] ?? { provider: "" };
  return [
    `origins: ${JSON.stringify(origins)},`,
    `stores: { ${formatFieldName(name)}: ${provider}(${formatConfigValue(options)}) }, // import { ${provider} } from "./src/define.ts"`,
  ].join("\n");
}
