/** A configuration whose bucket and pages are named: as it stands, by options, or by questions. */
import { InvalidArgumentError } from "commander";
import * as z from "zod/mini";
import type { Provider } from "../../src/store/provider.ts";
import { PROVIDERS, type ProviderName } from "../../src/store/providers.ts";
import { findPlaceholders } from "../example-values.ts";
import { fieldName, literal } from "../format-config-value.ts";
import { faultAt } from "./find-error.ts";
import { STORE_FIELDS, type BucketFlags } from "./bucket-options.ts";

/** Asks whoever sits at the terminal. */
export interface Asking {
  readonly text: (question: {
    readonly message: string;
    readonly initial?: string | undefined;
    /** What is wrong with an answer. */
    readonly validate: (answer: string) => string | undefined;
  }) => Promise<string>;
  readonly provider: (initial: string) => Promise<ProviderName>;
}

export interface Completed {
  readonly definition: unknown;
  /** What to put into the file; `undefined` where it stands there already. */
  readonly lines: string | undefined;
}

const written = z.looseObject({
  origins: z.array(z.string()),
  stores: z.record(z.string(), z.looseObject({ provider: z.string() })),
});
type Written = z.output<typeof written>;
type Fields = Readonly<Record<string, unknown>>;

/** The names of the stores, as they are written. */
export function storeNamesOf(definition: unknown): readonly string[] {
  const parsed = z.object({ stores: z.record(z.string(), z.unknown()) }).safeParse(definition);
  return Object.keys(parsed.data?.stores ?? {});
}

interface Answers {
  readonly flags: BucketFlags;
  /** `undefined` where nobody can be asked. */
  readonly asking: Asking | undefined;
}

/** What is wrong beside a missing answer is left to the compiler. Throws `InvalidArgumentError`. */
export async function completeDefinition(
  definition: unknown,
  name: string,
  { flags, asking }: Answers,
): Promise<Completed> {
  const parsed = written.safeParse(definition);
  const store = parsed.data?.stores[name];
  if (!parsed.success || !store) return { definition, lines: undefined };
  const isOpen = findPlaceholders([parsed.data.origins, store]).length > 0;
  if (!isOpen && Object.keys(flags).length === 0) return { definition, lines: undefined };

  const answers = { flags, asking: isOpen ? asking : undefined };
  const missing: string[] = [];
  const completed = await nameStore(parsed.data, name, answers, missing);
  const origins = await nameOrigins(completed, answers, missing);
  if (missing.length > 0) {
    throw new InvalidArgumentError(
      `The configuration still has the example's values: pass ${missing.join(", ")}, or put your own into it.`,
    );
  }
  const whole = { ...completed, origins };
  return { definition: whole, lines: linesOf(whole, name) };
}

async function nameStore(
  definition: Written,
  name: string,
  { flags, asking }: Answers,
  missing: string[],
): Promise<Written> {
  const present: Fields = definition.stores[name] ?? {};
  const provider = flags.provider ?? (await asking?.provider(String(present["provider"])));
  const isSame = provider === undefined || provider === present["provider"];
  const row: Provider = PROVIDERS[isSame ? toProvider(present["provider"]) : toProvider(provider)];
  let fields: Fields = isSame
    ? present
    : { provider: toProvider(provider), ...("bucket" in present && { bucket: present["bucket"] }) };
  for (const field of STORE_FIELDS) {
    const says =
      field === "bucket"
        ? "its name, as it stands with the provider"
        : row.options[field]?.expected;
    const own = ownValue(fields[field]);
    const isAsked = asking && says !== undefined && flags[field] === undefined;
    const value = isAsked
      ? // oxlint-disable-next-line no-await-in-loop -- one question after the other
        await asking.text({
          message: `${field}: ${says}`,
          initial: own,
          validate: faultIn(definition, name, { fields, field }),
        })
      : (flags[field] ?? own);
    if (value !== undefined) fields = { ...fields, [field]: value };
    else if (says !== undefined) missing.push(`--${field}`);
  }
  return withStore(definition, name, fields);
}

async function nameOrigins(
  definition: Written,
  { flags, asking }: Answers,
  missing: string[],
): Promise<string[]> {
  if (flags.origin) return [...flags.origin];
  if (findPlaceholders(definition.origins).length === 0) return definition.origins;
  const answer = await asking?.text({
    message: "origins: the pages that may call, such as https://app.acme.dev (none: apps alone)",
    validate: (text) => faultAt({ ...definition, origins: splitWords(text) }, "origins"),
  });
  if (answer === undefined) missing.push("--origin");
  return splitWords(answer ?? "");
}

function splitWords(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

function faultIn(
  definition: Written,
  name: string,
  { fields, field }: { readonly fields: Fields; readonly field: string },
): (answer: string) => string | undefined {
  return (answer) => {
    const tried = withStore(definition, name, { ...fields, [field]: answer });
    return faultAt(tried, `stores.${name}.${field}`);
  };
}

/** A value that somebody chose; the example's own are none. */
function ownValue(value: unknown): string | undefined {
  return typeof value === "string" && findPlaceholders(value).length === 0 ? value : undefined;
}

function toProvider(text: unknown): ProviderName {
  const names = Object.keys(PROVIDERS).filter((name) => name !== "local");
  if (typeof text === "string" && isProvider(text)) return text;
  throw new InvalidArgumentError(`There is no provider ${String(text)}: use ${names.join(", ")}.`);
}

function isProvider(text: string): text is ProviderName {
  return Object.hasOwn(PROVIDERS, text);
}

function withStore(definition: Written, name: string, fields: Fields): Written {
  const store = { ...fields, provider: String(fields["provider"]) };
  return { ...definition, stores: { ...definition.stores, [name]: store } };
}

/** As they stand in `presigner.config.ts`. */
function linesOf({ origins, stores }: Written, name: string): string {
  const { provider, ...options } = stores[name] ?? { provider: "" };
  return [
    `origins: ${JSON.stringify(origins)},`,
    `stores: { ${fieldName(name)}: ${provider}(${literal(options)}) }, // import { ${provider} } from "./src/define.ts"`,
  ].join("\n");
}
