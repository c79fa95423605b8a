/** The secrets and bindings of the Worker, as the platform hands them over. */
export type Env = Readonly<Record<string, unknown>>;

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
  return typeof value === "string" && value !== "" ? new Secret(name, value) : undefined;
}

/** What the secrets of `npm run dev` contain, and no others: dev/secrets.ts. */
const PUBLIC = /development-only|cAho-499sqmc0F3ilZm4|2TbaARGSYnhgVZYgvq0w/;
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
