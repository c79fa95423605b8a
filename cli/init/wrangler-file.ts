/** Writes the `wrangler.toml` of a new project: production, and staging. */
import { COMPATIBILITY_DATE } from "./versions.ts";

/** `namespaceIds` are of the rate limits: four numbers that no other Worker of the account has. */
export function writeWranglerFile(
  name: string,
  secrets: readonly string[],
  namespaceIds: readonly [number, number, number, number],
): string {
  const [address, caller, stagingAddress, stagingCaller] = namespaceIds;
  return `#:schema node_modules/wrangler/config-schema.json
# Production stands at the top. \`npm run dev\` makes its own of it.
name = "${name}"
main = "src/index.ts"
compatibility_date = "${COMPATIBILITY_DATE}"
# Web standards only: no Node API is needed, so none is there.
compatibility_flags = ["no_nodejs_compat", "no_nodejs_compat_v2"]
# A preview URL would be a second public signer.
preview_urls = false
minify = true
keep_names = false
upload_source_maps = true
# Set to false once the Worker has a route or a custom domain.
workers_dev = true

# Compiles presigner.config.ts: a new isolate starts faster. Never watch gen/.
[build]
command = "npx edge-presigner build"
watch_dir = ["src", "presigner.config.ts"]

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Ledger"]

[observability]
enabled = true
# A signature is in the query of what a client logs by mistake.
redact_query_string = true

# Cloudflare's own line for each request has its path, and that of Uppy 6 may hold a token.
[observability.logs]
enabled = true
invocation_logs = false

${bindings("", secrets, [address, caller])}
# ---------------------------------------------------------------------------------------
# Staging: \`npm run deploy -- --env staging\`. Wrangler inherits no binding and no secret.
[env.staging.vars]
ENVIRONMENT = "staging"

${bindings("env.staging.", secrets, [stagingAddress, stagingCaller])}`;
}

function bindings(
  prefix: string,
  secrets: readonly string[],
  [address, caller]: readonly [number, number],
): string {
  return `[${prefix}version_metadata]
binding = "VERSION"

# Wrangler refuses to deploy while one is not set.
[${prefix}secrets]
required = [
${secrets.map((name) => `  "${name}",\n`).join("")}]

# The limits of presigner.config.ts (\`limits\`).
[[${prefix}ratelimits]]
name = "RATE_LIMIT_ADDRESS"
namespace_id = "${address}"
simple = { limit = 600, period = 60 }

[[${prefix}ratelimits]]
name = "RATE_LIMIT_CALLER"
namespace_id = "${caller}"
simple = { limit = 120, period = 60 }

# One object for each user of a policy with a \`quota\`.
[[${prefix}durable_objects.bindings]]
name = "LEDGER"
class_name = "Ledger"
`;
}
