/** Reads the secrets of the Worker: strings, and those of Cloudflare's Secrets Store, which only an event can read. */
import { describeError } from "./log.ts";
import { waitAtMost } from "./wait-at-most.ts";

/** Where `readSecret` notes what it cannot read. */
const UNREAD: unique symbol = Symbol("unread secrets");

/** The secrets and bindings of the Worker, as the platform hands them over. */
export type Env = Readonly<Record<string, unknown>> & {
  readonly [UNREAD]?: Map<string, StoredSecret>;
};

/** A binding of `secrets_store_secrets`. Any binding has this shape that is set by mistake under the name of a secret. */
interface StoredSecret {
  readonly get: () => Promise<unknown>;
}

/**
 * A secret of the Worker, or what was parsed from one. It prints as its name, in JSON, in templates
 * and in logs. Only `reveal` returns the value, and only to code that makes a key or a signer of it.
 */
export class Secret<T = string> {
  readonly name: string;
  readonly #value: T;

  constructor(name: string, value: T) {
    this.name = name;
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  /** Returns what `parse` makes of the value, as a secret too; `undefined` where it makes nothing. */
  parse<U>(parse: (value: T) => U | undefined): Secret<U> | undefined {
    const parsed = parse(this.#value);
    return parsed === undefined ? undefined : new Secret(this.name, parsed);
  }

  toString(): string {
    return `[secret ${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** Returns the secret of that name, or `undefined` where it is not set. */
export function readSecret(env: Env, name: string): Secret | undefined {
  const value = env[name];
  if (typeof value === "string") return value === "" ? undefined : new Secret(name, value);
  if (!env[UNREAD] || !isStored(value)) return undefined;
  env[UNREAD].set(name, value);
  // It counts as set, so that what belongs to it is asked for too.
  return new Secret(name, "");
}

function isStored(value: unknown): value is StoredSecret {
  return (
    typeof value === "object" && value !== null && "get" in value && typeof value.get === "function"
  );
}

/** Secrets were asked for that are in the Secrets Store. */
export class UnreadSecrets extends Error {
  readonly secrets: ReadonlyMap<string, StoredSecret>;

  constructor(secrets: ReadonlyMap<string, StoredSecret>) {
    super("Secrets have to be read from the Secrets Store");
    this.secrets = secrets;
  }
}

/** Returns what `use` makes of the secrets. Throws `UnreadSecrets` if it asks for some that are in the Secrets Store. */
export function useSecrets<T>(env: Env, use: (env: Env) => T): T {
  const unread = new Map<string, StoredSecret>();
  try {
    const made = use({ ...env, [UNREAD]: unread });
    if (unread.size === 0) return made;
  } catch (error) {
    if (unread.size === 0) throw error;
  }
  throw new UnreadSecrets(unread);
}

const TIMEOUT_MS = 5_000;

interface ReadSecrets {
  readonly values: Readonly<Record<string, string>>;
  /** The name of each secret that could not be read, and why. */
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
}

/** Reads all of them at once from the Secrets Store, in 5 seconds at most. */
export async function readStored({ secrets }: UnreadSecrets): Promise<ReadSecrets> {
  const values: Record<string, string> = {};
  const failures: ReadSecrets["failures"][number][] = [];
  const read = async (name: string, secret: StoredSecret) => {
    try {
      const value = await waitAtMost(TIMEOUT_MS, secret.get());
      if (typeof value === "string" && value !== "") values[name] = value;
      else failures.push({ name, reason: value === undefined ? "no answer" : "no text" });
    } catch (error) {
      failures.push({ name, reason: describeError(error) ?? "unknown" });
    }
  };
  await Promise.all([...secrets].map(async ([name, secret]) => read(name, secret)));
  return { values, failures };
}

/** What the secrets of `npm run dev` contain, and no others: dev/secrets.ts. */
const PUBLIC = /development-only|cAho-499sqmc0F3ilZm4|2TbaARGSYnhgVZYgvq0w|BSPRCWx49rtqsn21yo/;
/** Of 32 random digits, fewer than 6 different ones come up once in ten million secrets. */
const MIN_DIFFERENT_CHARACTERS = 6;

/** Returns whether everybody knows the value. */
export function isPublic(secret: Secret): boolean {
  return PUBLIC.test(secret.reveal());
}

/** Returns whether two secrets of different names have one value. */
export function haveSameValue(a: Secret, b: Secret): boolean {
  return a.name !== b.name && a.reveal() !== "" && a.reveal() === b.reveal();
}

/** Returns what to change in a secret, or `undefined` for a valid one. */
export function secretError(secret: Secret, minCharacters: number): string | undefined {
  const value = secret.reveal();
  // Pasted as a line of a file.
  if (value.startsWith(`${secret.name}=`))
    return "starts with its own name: set what follows the =";
  if (value.length < minCharacters) return `must have at least ${minCharacters} characters`;
  if (minCharacters > 1 && new Set(value).size < MIN_DIFFERENT_CHARACTERS)
    return "must be random: npx edge-presigner keys UPLOAD_ID_SECRET prints a value that is";
  return undefined;
}
