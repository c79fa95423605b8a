/** Presets of token issuers, as plain data. Where two facts differ from provider to provider, they are a row here. */

import type { IssuerDefinition, JwksIssuerDefinition } from "./definition.ts";

interface Preset {
  readonly userPrefix?: string;
  readonly userClaim?: string;
  /** Claims that must have one of these values, beside those of the preset. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  /** `true` for tokens of admins. Needs an `audience` and `claims` of its own. */
  readonly admin?: boolean;
}

type JwksOptions = Omit<JwksIssuerDefinition, "kind" | "userClaim" | "algorithms" | "preset"> &
  Preset & { readonly algorithms?: JwksIssuerDefinition["algorithms"] };

/** Any issuer that publishes a JWK Set (RFC 7517). */
export const jwks = (options: JwksOptions): JwksIssuerDefinition => ({
  algorithms: ["RS256", "ES256"],
  userClaim: "sub",
  ...options,
  kind: "jwks",
});

/** Tokens that the app's own backend signs (HS256) with the secret `AUTH_SECRET`, or another name. */
export const sharedSecret = (
  options: Preset & {
    readonly issuer: string;
    readonly audience: string;
    readonly secret?: string;
  },
): IssuerDefinition => ({
  userClaim: "sub",
  secret: "AUTH_SECRET",
  ...options,
  kind: "shared-secret",
  algorithms: ["HS256"],
});

/** `domain` without scheme; `audience` is the API's identifier. Auth0's issuer ends with a slash. */
export const auth0 = (
  options: Preset & { readonly domain: string; readonly audience: string },
): JwksIssuerDefinition =>
  preset(
    options,
    {
      issuer: `https://${options.domain}/`,
      jwksUrl: `https://${options.domain}/.well-known/jwks.json`,
      audience: options.audience,
      algorithms: ["RS256"],
    },
    { address: "domain", example: 'a bare host, such as "acme.eu.auth0.com"' },
  );

/** Session tokens have no audience: the origins that may use one (`azp`) take its place. */
export const clerk = (
  options: Preset & { readonly domain: string; readonly authorizedParties: readonly string[] },
): JwksIssuerDefinition =>
  preset(
    options,
    {
      issuer: `https://${options.domain}`,
      jwksUrl: `https://${options.domain}/.well-known/jwks.json`,
      claims: { azp: options.authorizedParties },
      algorithms: ["RS256"],
    },
    {
      address: "domain",
      example: 'a bare host, such as "clerk.acme.com"',
      options: { claims: "authorizedParties" },
    },
  );

/** Projects with asymmetric signing keys. `project` is the reference in `https://<project>.supabase.co`. */
export const supabase = (options: Preset & { readonly project: string }): JwksIssuerDefinition =>
  preset(
    options,
    {
      issuer: `https://${options.project}.supabase.co/auth/v1`,
      jwksUrl: `https://${options.project}.supabase.co/auth/v1/.well-known/jwks.json`,
      audience: "authenticated",
      algorithms: ["ES256", "RS256"],
    },
    { address: "project", example: "the project's bare reference, without .supabase.co" },
  );

export const firebase = (options: Preset & { readonly project: string }): JwksIssuerDefinition =>
  preset(
    options,
    {
      issuer: `https://securetoken.google.com/${options.project}`,
      jwksUrl:
        "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
      audience: options.project,
      algorithms: ["RS256"],
    },
    {
      address: "project",
      example: 'the bare project id, such as "acme-app"',
      options: { audience: "project" },
    },
  );

/** Access tokens name the app in `client_id` and have no `aud`. Id tokens have an `aud` and no `client_id`. */
export const cognito = (
  options: Preset & {
    readonly region: string;
    readonly userPool: string;
    readonly clientId: string;
    readonly tokenUse?: "access" | "id";
  },
): JwksIssuerDefinition => {
  const issuer = `https://cognito-idp.${options.region}.amazonaws.com/${options.userPool}`;
  const common = {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    algorithms: ["RS256"],
  } as const;
  const row =
    options.tokenUse === "id"
      ? { ...common, audience: options.clientId, claims: { token_use: ["id"] } }
      : { ...common, claims: { token_use: ["access"], client_id: [options.clientId] } };
  return preset(options, row, {
    address: "userPool",
    example: 'the pool\'s id, such as "eu-west-1_AbC", with its region beside it',
    options: { audience: "clientId", claims: "clientId" },
  });
};

export const google = (
  options: Preset & { readonly clientId: string | readonly string[] },
): JwksIssuerDefinition =>
  preset(
    options,
    {
      issuer: ["https://accounts.google.com", "accounts.google.com"],
      jwksUrl: "https://www.googleapis.com/oauth2/v3/certs",
      audience: options.clientId,
      algorithms: ["RS256"],
    },
    { options: { audience: "clientId" } },
  );

export const apple = (
  options: Preset & { readonly clientId: string | readonly string[] },
): JwksIssuerDefinition =>
  preset(
    options,
    {
      issuer: "https://appleid.apple.com",
      jwksUrl: "https://appleid.apple.com/auth/keys",
      audience: options.clientId,
      algorithms: ["RS256", "ES256"],
    },
    { options: { audience: "clientId" } },
  );

/** `team` in `https://<team>.cloudflareaccess.com`; `audience` is the application's AUD tag. */
export const cloudflareAccess = (
  options: Preset & { readonly team: string; readonly audience: string },
): JwksIssuerDefinition =>
  preset(
    options,
    {
      issuer: `https://${options.team}.cloudflareaccess.com`,
      jwksUrl: `https://${options.team}.cloudflareaccess.com/cdn-cgi/access/certs`,
      audience: options.audience,
      algorithms: ["RS256"],
      // A proxy adds this header by itself: an admin token is accepted in Authorization alone.
      ...(!options.admin && { tokenHeader: "cf-access-jwt-assertion" }),
    },
    { address: "team", example: "the bare name of the team, without .cloudflareaccess.com" },
  );

interface PresetOptions {
  /** The option that the addresses are made from. */
  readonly address?: string;
  /** What that option must be. */
  readonly example?: string;
  /** The option behind a field, where it has another name. */
  readonly options?: Readonly<Record<string, string>>;
}

function preset(
  { userClaim, userPrefix, claims, admin }: Preset,
  row: JwksOptions,
  { address = "issuer", example = "an https URL", options = {} }: PresetOptions,
): JwksIssuerDefinition {
  return {
    ...jwks({
      ...row,
      ...(claims && { claims: { ...claims, ...row.claims } }),
      ...(userClaim && { userClaim }),
      ...(userPrefix && { userPrefix }),
      ...(admin !== undefined && { admin }),
    }),
    preset: { address, example, options: { issuer: address, jwksUrl: address, ...options } },
  };
}
