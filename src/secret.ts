/** The secrets and bindings of the Worker, as the platform hands them over. */
export type Env = Readonly<Record<string, unknown>>;

/**
 * A secret of the Worker. It prints as its name, in JSON, in templates and in logs; only
 * `reveal` gives the value, to the three files that make a key or a signer of it.
 */
export class Secret {
  readonly name: string;
  readonly #value: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  get length(): number {
    return this.#value.length;
  }

  /** Whether it was pasted as a line of a file, with its own name before it. */
  get hasName(): boolean {
    return this.#value.startsWith(`${this.name}=`);
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `[secret ${this.name}]`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The secret of that name, or `undefined` where it is not set. */
export function readSecret(env: Env, name: string): Secret | undefined {
  const value = env[name];
  return typeof value === "string" && value !== "" ? new Secret(name, value) : undefined;
}
