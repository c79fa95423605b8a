/** Completes what a new project is made of: from options, from answers, or from what is assumed without them. */
import { InvalidArgumentError } from "commander";
import { PROVIDERS, type ProviderName } from "../../src/store/providers.ts";
import type { Provider } from "../../src/store/provider.ts";
import { findErrorAt } from "../setup/find-error.ts";
import { STORE_FIELDS, type BucketFlags } from "../setup/bucket-options.ts";
import { splitWords, toProvider, type Prompts } from "../setup/complete-definition.ts";
import { EXAMPLE_ACCOUNT } from "../example-values.ts";
import { LOGINS, isLogin, issuerOf, loginOf, type LoginField, type LoginName } from "./logins.ts";
import { STORE, type NewProject } from "./project.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface ProjectFlags
  extends BucketFlags, Partial<Readonly<Record<LoginField["name"], string>>> {
  readonly login?: string;
}

/** The questions about a bucket, and about the login. */
export interface ProjectPrompts extends Prompts {
  readonly login: () => Promise<LoginName>;
}

interface Sources {
  readonly flags: ProjectFlags;
  /** `undefined` without a terminal. */
  readonly prompts: ProjectPrompts | undefined;
  /** Whether what nobody has said is assumed. */
  readonly isAssumed: boolean;
}

const ASSUMED = {
  provider: "r2",
  login: "sharedSecret",
  fields: { bucket: "uploads", account: EXAMPLE_ACCOUNT },
} as const;

/** Returns all but the name. Throws `InvalidArgumentError` if options are missing. */
export async function completeProject(sources: Sources): Promise<Omit<NewProject, "name">> {
  const missing: string[] = [];
  const { provider, store } = await completeStore(sources, missing);
  const login = await chooseLogin(sources, missing);
  const origins = await completeOrigins(sources, login, missing);
  const issuer =
    login === undefined ? {} : await completeIssuer(sources, { login, origins }, missing);
  if (missing.length === 0 && login !== undefined)
    return { provider, store, origins, login, issuer };
  throw new InvalidArgumentError(
    sources.isAssumed
      ? `Nothing can be assumed for ${missing.join(", ")}: pass them.`
      : `Without a terminal, init cannot ask: pass ${missing.join(", ")}. Or pass --yes: what you leave out then has a default.`,
  );
}

/** Completes the provider and the options of its store. Adds the options that are missing to `missing`. */
export async function completeStore(
  { flags, prompts, isAssumed }: Sources,
  missing: string[],
): Promise<Pick<NewProject, "provider" | "store">> {
  if (flags.provider === undefined && !prompts && !isAssumed) {
    missing.push("--provider", "--bucket");
    return { provider: ASSUMED.provider, store: { bucket: "" } };
  }
  const provider: ProviderName = toProvider(
    flags.provider ?? (await prompts?.provider(ASSUMED.provider)) ?? ASSUMED.provider,
  );
  const row: Provider = PROVIDERS[provider];
  let store: Fields = {};
  for (const { field, flag } of STORE_FIELDS) {
    const expected = field === "bucket" ? "the name of the bucket" : row.options[field]?.expected;
    if (flags[field] !== undefined) store = { ...store, [field]: flags[field] };
    if (flags[field] !== undefined || expected === undefined) continue;
    // oxlint-disable-next-line no-await-in-loop -- one question after the other
    const answer = await prompts?.text({
      message: `${field}: ${expected}`,
      validate: (text) =>
        findErrorIn({ store: { provider, ...store, [field]: text } }, `stores.${STORE}.${field}`),
    });
    const assumed: string | undefined = isAssumed ? assumedOf(field, provider) : undefined;
    const value = answer ?? assumed;
    if (value === undefined) missing.push(flag);
    else store = { ...store, [field]: value };
  }
  return { provider, store: { ...store, bucket: String(store["bucket"]) } };
}

/** The account is that of R2. */
function assumedOf(field: string, provider: ProviderName): string | undefined {
  if (field === "account" && provider !== "r2") return undefined;
  return Object.entries(ASSUMED.fields).find(([name]) => name === field)?.[1];
}

async function chooseLogin(
  { flags, prompts, isAssumed }: Sources,
  missing: string[],
): Promise<LoginName | undefined> {
  const named = flags.login ?? (await prompts?.login());
  if (named !== undefined) return toLogin(named);
  if (isAssumed) return ASSUMED.login;
  missing.push("--login");
  return undefined;
}

async function completeOrigins(
  { flags, prompts, isAssumed }: Sources,
  login: LoginName | undefined,
  missing: string[],
): Promise<readonly string[]> {
  if (flags.origin) return flags.origin;
  const isNeeded = login !== undefined && loginOf(login).needsOrigins === true;
  if (!prompts) {
    if (!isAssumed || isNeeded) missing.push("--origin");
    return [];
  }
  const answer: string | undefined = await prompts.text({
    message: `origins: the pages that may upload, such as https://app.acme.dev${isNeeded ? "" : " (leave empty for apps only)"}`,
    validate: (text) => {
      const origins = splitWords(text);
      if (isNeeded && origins.length === 0) return "are needed: the tokens of this login name them";
      return findErrorIn({ origins }, "origins");
    },
  });
  return splitWords(answer ?? "");
}

interface Chosen {
  readonly login: LoginName;
  readonly origins: readonly string[];
}

async function completeIssuer(
  { flags, prompts, isAssumed }: Sources,
  { login, origins }: Chosen,
  missing: string[],
): Promise<Fields> {
  const { fields, toOptions } = loginOf(login);
  let answers: Readonly<Record<string, string>> = {};
  for (const { name, expected, fallback } of fields) {
    const value =
      flags[name] ??
      // oxlint-disable-next-line no-await-in-loop -- one question after the other
      (await prompts?.text({
        message: `${name}: ${expected}`,
        initial: fallback,
        validate: (text) => {
          const issuer = toOptions({ ...answers, [name]: text }, origins);
          return findErrorIn({ issuers: [issuerOf(login, issuer)] }, `issuers.0.${name}`);
        },
      })) ??
      (isAssumed ? fallback : undefined);
    if (value === undefined) missing.push(toFlag(name));
    else answers = { ...answers, [name]: value };
  }
  return toOptions(answers, origins);
}

/** Returns the option of the command for a field of a login. */
export function toFlag(name: LoginField["name"]): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function toLogin(text: string): LoginName {
  if (isLogin(text)) return text;
  throw new InvalidArgumentError(
    `There is no login ${text}. Use one of ${Object.keys(LOGINS).join(", ")}.`,
  );
}

/** Returns the first error at a path of a configuration that has only what is given. */
function findErrorIn(
  { store, ...rest }: Fields & { readonly store?: Fields },
  path: string,
): string | undefined {
  const definition = { origins: [], issuers: [], policies: {}, stores: {}, ...rest };
  return findErrorAt(store ? { ...definition, stores: { [STORE]: store } } : definition, path);
}
