/** What the Workers and the load of the benchmark agree on. All of it is public, and nothing else uses it. */
export const ACCOUNT = "0123456789abcdef0123456789abcdef";
export const AUDIENCE = "edge-presigner";
export const SHARED_ISSUER = "https://backend.acme.dev";
export const PUBLISHED_ISSUER = "https://auth.acme.dev";
export const AUTH_SECRET = "benchmark-only: anybody may sign tokens with this";
export const ACCESS_KEY_ID = "benchmark-only-key";
export const SECRET_ACCESS_KEY = "benchmark-only-secret";
