/** Presets of token issuers, as plain data. Where two facts differ from provider to provider, they are a row here. */

export interface IssuerDefinition {
  readonly kind: "jwks" | "shared-secret";
  /** The `iss` values that are accepted; the first one names the issuer. */
  readonly issuer: string | readonly string[];
  readonly jwksUrl?: string;
  readonly algorithms: readonly string[];
  readonly audience?: string | readonly string[];
  /** Claims that must have one of these values. */
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  /** The claim that is the user's stable id. */
  readonly userClaim: string;
  /** Set apart the users of this issuer from those of another: required for all but one. */
  readonly userPrefix?: string;
  /** A header that carries the bare token where there is no `Authorization`. */
  readonly tokenHeader?: string;
  readonly typ?: string;
  readonly secret?: string;
  readonly dangerouslyAcceptAnyAudience?: boolean;
}

interface Preset {
  readonly userPrefix?: string;
  readonly userClaim?: string;
}

interface JwksOptions extends Preset {
  /** The `iss` claim, byte for byte. */
  readonly issuer: string | readonly string[];
  /** Where its keys are: https only, no redirect. */
  readonly jwksUrl: string;
  /** The `aud` claim: one of these. */
  readonly audience?: string | readonly string[];
  readonly algorithms?: readonly string[];
  readonly claims?: Readonly<Record<string, readonly string[]>>;
  readonly typ?: string;
  readonly tokenHeader?: string;
  /** Takes a token that the issuer made for any other application. */
  readonly dangerouslyAcceptAnyAudience?: boolean;
}

/** Any issuer that publishes a JWK Set (RFC 7517). */
export const jwks = (options: JwksOptions): IssuerDefinition => ({
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
): IssuerDefinition =>
  preset(options, {
    issuer: `https://${options.domain}/`,
    jwksUrl: `https://${options.domain}/.well-known/jwks.json`,
    audience: options.audience,
    algorithms: ["RS256"],
  });

/** Session tokens have no audience: the origins that may use one (`azp`) take its place. */
export const clerk = (
  options: Preset & { readonly domain: string; readonly authorizedParties: readonly string[] },
): IssuerDefinition =>
  preset(options, {
    issuer: `https://${options.domain}`,
    jwksUrl: `https://${options.domain}/.well-known/jwks.json`,
    claims: { azp: options.authorizedParties },
    algorithms: ["RS256"],
  });

/** Projects with asymmetric signing keys. `project` is the reference in `https://<project>.supabase.co`. */
export const supabase = (options: Preset & { readonly project: string }): IssuerDefinition =>
  preset(options, {
    issuer: `https://${options.project}.supabase.co/auth/v1`,
    jwksUrl: `https://${options.project}.supabase.co/auth/v1/.well-known/jwks.json`,
    audience: "authenticated",
    algorithms: ["ES256", "RS256"],
  });

export const firebase = (options: Preset & { readonly project: string }): IssuerDefinition =>
  preset(options, {
    issuer: `https://securetoken.google.com/${options.project}`,
    jwksUrl:
      "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
    audience: options.project,
    algorithms: ["RS256"],
  });

/** Access tokens name the app in `client_id` and have no `aud`; id tokens have it the other way round. */
export const cognito = (
  options: Preset & {
    readonly region: string;
    readonly userPool: string;
    readonly clientId: string;
    readonly tokenUse?: "access" | "id";
  },
): IssuerDefinition => {
  const issuer = `https://cognito-idp.${options.region}.amazonaws.com/${options.userPool}`;
  const common = { issuer, jwksUrl: `${issuer}/.well-known/jwks.json`, algorithms: ["RS256"] };
  return options.tokenUse === "id"
    ? preset(options, { ...common, audience: options.clientId, claims: { token_use: ["id"] } })
    : preset(options, {
        ...common,
        claims: { token_use: ["access"], client_id: [options.clientId] },
      });
};

export const google = (
  options: Preset & { readonly clientId: string | readonly string[] },
): IssuerDefinition =>
  preset(options, {
    issuer: ["https://accounts.google.com", "accounts.google.com"],
    jwksUrl: "https://www.googleapis.com/oauth2/v3/certs",
    audience: options.clientId,
    algorithms: ["RS256"],
  });

export const apple = (
  options: Preset & { readonly clientId: string | readonly string[] },
): IssuerDefinition =>
  preset(options, {
    issuer: "https://appleid.apple.com",
    jwksUrl: "https://appleid.apple.com/auth/keys",
    audience: options.clientId,
    algorithms: ["RS256", "ES256"],
  });

/** `team` in `https://<team>.cloudflareaccess.com`; `audience` is the application's AUD tag. */
export const cloudflareAccess = (
  options: Preset & { readonly team: string; readonly audience: string },
): IssuerDefinition =>
  preset(options, {
    issuer: `https://${options.team}.cloudflareaccess.com`,
    jwksUrl: `https://${options.team}.cloudflareaccess.com/cdn-cgi/access/certs`,
    audience: options.audience,
    algorithms: ["RS256"],
    tokenHeader: "cf-access-jwt-assertion",
  });

function preset({ userClaim, userPrefix }: Preset, row: JwksOptions): IssuerDefinition {
  return jwks({ ...row, ...(userClaim && { userClaim }), ...(userPrefix && { userPrefix }) });
}
