import { DIRECTORY } from "../ledger/administer.ts";
import type { LedgerDependencies } from "../ledger/dependencies.ts";
import { createDeliver } from "../ledger/webhook.ts";
import { abortParts, cleanUpAndLook, cleanUpPromoted } from "../operation/cleanup.ts";
import { locateUpload, measureObject } from "../operation/locate.ts";
import { promote } from "../operation/promote.ts";
import { verifyUpload } from "../operation/verify.ts";
import type { Service } from "../service.ts";

/** Creates what the alarms of the ledgers use: the use cases, as the ledger may not import them. */
export function createLedgerDependencies(service: Service): LedgerDependencies {
  const { config, now, random, log, meter } = service;
  return {
    now,
    random,
    log,
    directory: service.ledgerOf({ digest: DIRECTORY }),
    meter,
    quotaOf: (policy) => config.policies.get(policy)?.quota,
    deliver: config.webhook && createDeliver(config.webhook, service),
    audit: service.audit,
    verify: async (claims) => verifyUpload(locateUpload(service, claims)),
    promote: async (claims, gate) => promote(service, locateUpload(service, claims), { gate }),
    cleanUpPromoted: async (claims, isDeleted) =>
      cleanUpPromoted(locateUpload(service, claims), isDeleted, service.log),
    abortParts: async (claims) => void (await abortParts(locateUpload(service, claims))),
    cleanUp: async (claims, look) =>
      cleanUpAndLook(locateUpload(service, claims), look, service.log),
    measure: async (place) => measureObject(service, place),
  };
}
