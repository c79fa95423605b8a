/** What to paste into wrangler.toml: for production at its top, or for the environment `name`. */
import type { RateLimit } from "../src/config/units.ts";

type Name = string | undefined;

export function pasteSecrets(name: Name, secrets: readonly string[]): string {
  return `[${tableOf(name, "secrets")}]\nrequired = [\n${secrets.map((secret) => `  "${secret}",\n`).join("")}]`;
}

export function pasteRateLimit(name: Name, binding: string, limit: RateLimit): string {
  return `[[${tableOf(name, "ratelimits")}]]
name = "${binding}"
namespace_id = "a number of your own"
simple = { limit = ${limit.limit}, period = ${limit.windowSeconds} }`;
}

export function pasteLedger(name: Name): string {
  return `[[${tableOf(name, "durable_objects.bindings")}]]
name = "LEDGER"
class_name = "Ledger"`;
}

export function pasteService(name: Name, binding: string): string {
  return `[[${tableOf(name, "services")}]]
binding = "${binding}"
service = "the name of that Worker"`;
}

export function pasteQueue(name: Name, binding: string): string {
  return `[[${tableOf(name, "queues.producers")}]]
binding = "${binding}"
queue = "the name of that queue"`;
}

function tableOf(name: Name, table: string): string {
  return name === undefined ? table : `env.${name}.${table}`;
}
