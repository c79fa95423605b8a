/** The Worker of `edge-presigner dev` and `edge-presigner/testing`: a configuration, as it runs in development. */
import { env } from "cloudflare:workers";
import { compileConfig } from "../src/config/compile.ts";
import { compileIssuer } from "../src/config/compile-issuer.ts";
import type { Config, Issuer } from "../src/config/config.ts";
import type { ConfigDefinition, IssuerDefinition } from "../src/config/definition.ts";
import { ErrorCollector } from "../src/config/errors.ts";
import { sharedSecret } from "../src/config/issuer-presets.ts";
import { toPresigner, type Presigner } from "../src/exports.ts";
import type { Hooks } from "../src/hooks.ts";
import { createLedgerClass } from "../src/ledger/durable-object.ts";
import { lazy } from "../src/lazy.ts";
import { RUNTIME } from "../src/runtime.ts";
import type { Env } from "../src/secret.ts";
import { createWorker } from "../src/worker.ts";
import { DEVELOPMENT_ADMINS } from "./admins.ts";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";
import { answerDevelopment } from "./answer.ts";
import { shortenTickets } from "./short-tickets.ts";
import type { Development } from "./development.ts";

/** Creates the Worker once per isolate. It also answers what only development has: tokens, and tickets that expire soon. */
export function createDevelopmentPresigner(development: Development, hooks?: Hooks): Presigner {
  const definition = withRequests(development.definition, env);
  const create = (ownHooks: Hooks | undefined) =>
    createWorker(definition, secretsOf(development, env), RUNTIME, {
      compile: compileWithTokens,
      hooks: ownHooks,
    });
  const worker = create(hooks);
  const getShortTickets = lazy(() => create(shortenTickets(hooks)));
  return {
    ...toPresigner(worker, createLedgerClass(worker.getLedgerDependencies)),
    fetch: async (request) =>
      (await answerDevelopment(request, getShortTickets)) ?? worker.fetch(request),
  };
}

/** The variable `LOG_REQUESTS` writes a line for each request, which the commands `console` and `costs` read. */
function withRequests(definition: ConfigDefinition, bindings: object): ConfigDefinition {
  if (!("LOG_REQUESTS" in bindings)) return definition;
  return { ...definition, logging: { ...definition.logging, requests: "all" } };
}

/**
 * What the environment sets replaces what was made up, but for the key pairs of the embedded store. An empty line of
 * .dev.vars sets nothing, and no secret of the Secrets Store does.
 */
function secretsOf({ secrets, storeSecrets }: Development, bindings: object): Env {
  const names = Object.keys(storeSecrets).map((name) =>
    name.replace(/_(SECRET_)?ACCESS_KEY(_ID)?$/, ""),
  );
  const isStores = (name: string) =>
    names.some(
      (store) => name.startsWith(`${store}_`) && /(_ACCESS_KEY(_ID)?|_SESSION_TOKEN)$/.test(name),
    );
  const own = Object.entries(bindings).filter(
    ([name, value]) =>
      value !== "" && !isStores(name) && (typeof value === "string" || !(name in secrets)),
  );
  return { ...secrets, ...Object.fromEntries(own), ...storeSecrets };
}

/**
 * Adds the issuers of development tokens, for users and for admins. That of users has no prefix, so that keys
 * look as in production: the check that no two issuers share their users is for deployments.
 */
function compileWithTokens(definition: unknown, secrets: Env): Config {
  const config = compileConfig(definition, secrets);
  const { issuers, adminIssuers } = config;
  const users = sharedSecret({ issuer: "development", audience: "edge-presigner" });
  return {
    ...config,
    issuers: addIssuer(issuers, users),
    adminIssuers: addIssuer(adminIssuers, DEVELOPMENT_ADMINS),
  };
}

function addIssuer(issuers: readonly Issuer[], definition: IssuerDefinition): readonly Issuer[] {
  if (issuers.some(({ issuers: names }) => names.includes("development"))) return issuers;
  const issuer = compileIssuer(
    definition,
    { env: DEVELOPMENT_SECRETS, earlier: [], index: issuers.length },
    new ErrorCollector(),
  );
  return issuer ? [...issuers, issuer] : issuers;
}
