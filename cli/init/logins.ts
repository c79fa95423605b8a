/** The logins that `init` knows: who signs the tokens of the app's users. */
import type { IssuerDefinition } from "../../src/config/definition.ts";
import {
  auth0,
  clerk,
  cognito,
  firebase,
  jwks,
  sharedSecret,
  supabase,
} from "../../src/config/issuer-presets.ts";

/** An option of the command, and the question for it. */
export interface LoginField {
  /** The option of the preset, and of the command. */
  readonly name: "domain" | "audience" | "project" | "userPool" | "clientId" | "issuer" | "jwksUrl";
  readonly expected: string;
  /** What a new project has until its author knows better. */
  readonly fallback?: string;
}

export interface Login {
  /** Its function in `presigner.config.ts`, which only copies its options. */
  readonly preset: unknown;
  readonly title: string;
  readonly fields: readonly LoginField[];
  /** Its tokens name the pages that may use them. */
  readonly needsOrigins?: true;
  /** Returns the options of the preset. */
  readonly toOptions: (
    answers: Readonly<Record<string, string>>,
    origins: readonly string[],
  ) => Readonly<Record<string, unknown>>;
}

type Answers = Readonly<Record<string, string>>;
const asTheyAre = (answers: Answers): Answers => answers;

const AUDIENCE = {
  name: "audience",
  expected: "the audience (aud) of its tokens, such as uploads",
} as const;

/** By the name of the preset. */
export const LOGINS = {
  auth0: {
    preset: auth0,
    title: "Auth0",
    fields: [
      { name: "domain", expected: "the domain of your tenant, such as acme.eu.auth0.com" },
      { name: "audience", expected: "the identifier of your API, such as https://api.acme.com" },
    ],
    toOptions: asTheyAre,
  },
  clerk: {
    preset: clerk,
    title: "Clerk",
    fields: [{ name: "domain", expected: "the Frontend API's host, such as clerk.acme.com" }],
    needsOrigins: true,
    toOptions: (answers, origins) => ({ ...answers, authorizedParties: origins }),
  },
  supabase: {
    preset: supabase,
    title: "Supabase",
    fields: [{ name: "project", expected: "the reference before .supabase.co" }],
    toOptions: asTheyAre,
  },
  firebase: {
    preset: firebase,
    title: "Firebase",
    fields: [{ name: "project", expected: "the id of your project, such as acme-app" }],
    toOptions: asTheyAre,
  },
  cognito: {
    preset: cognito,
    title: "Amazon Cognito",
    fields: [
      { name: "userPool", expected: "the id of your user pool, such as eu-west-1_AbCdEfGhI" },
      { name: "clientId", expected: "the id of your app client" },
    ],
    // The id of a pool begins with its region.
    toOptions: (answers) => ({ region: answers["userPool"]?.split("_")[0], ...answers }),
  },
  jwks: {
    preset: jwks,
    title: "Another one, with a JWK Set",
    fields: [
      {
        name: "issuer",
        expected: "the issuer (iss) of its tokens, such as https://login.acme.com/",
      },
      { name: "jwksUrl", expected: "the URL of its JWK Set" },
      AUDIENCE,
    ],
    toOptions: asTheyAre,
  },
  sharedSecret: {
    preset: sharedSecret,
    title: "My own backend, with a shared secret",
    fields: [
      { name: "issuer", expected: "the issuer (iss) of your tokens", fallback: "backend" },
      { ...AUDIENCE, fallback: "uploads" },
    ],
    toOptions: asTheyAre,
  },
} as const satisfies Readonly<Record<string, Login>>;

export type LoginName = keyof typeof LOGINS;

/** Returns the login, with the type that all of them share. */
export const loginOf = (name: LoginName): Login => LOGINS[name];

export function isLogin(name: string): name is LoginName {
  return Object.hasOwn(LOGINS, name);
}

/** Returns the issuer of a configuration. Options may be missing: the check of the configuration finds that. */
export function issuerOf(
  login: LoginName,
  options: Readonly<Record<string, unknown>>,
): IssuerDefinition {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- options may be missing
  return (loginOf(login).preset as (all: typeof options) => IssuerDefinition)(options);
}
