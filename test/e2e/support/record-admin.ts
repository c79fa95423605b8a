/** Records what admins are answered, and users whom they have revoked. The Worker runs in this process. */
import { mintDevelopmentAdminToken } from "../../../cli/mint.ts";
import development from "../../../dev/presigner.config.ts";
import { CREDENTIALS_CONFIG, CREDENTIALS_SECRETS } from "./record-credentials.ts";
import type { Exchanges } from "./exchange.ts";
import { startWorker } from "./record-failures.ts";

interface Revocation {
  readonly subject: string;
  readonly untilMs: number;
}

/** Keeps revocations as the ledger of that name does, and nothing else. */
function keepRevocations() {
  const kept: Revocation[] = [];
  const list = () => ({ version: String(kept.length), revocations: kept });
  return {
    readRevocations: async () => Promise.resolve(list()),
    revoke: async ({ subject, untilMs }: Revocation) => {
      kept.push({ subject, untilMs });
      return Promise.resolve({ isFull: false, untilMs, list: list() });
    },
  };
}

const CONFIG = {
  ...CREDENTIALS_CONFIG,
  revocations: true,
  policies: { photo: development.policies.photo, sync: CREDENTIALS_CONFIG.policies.sync },
};

export async function recordAdmin(): Promise<Exchanges> {
  const ledger = keepRevocations();
  const LEDGER = { getByName: () => ledger };
  const ask = startWorker({}, { ...CREDENTIALS_SECRETS, LEDGER }, CONFIG);
  const path = "/v1/admin/revocations";
  const authorization = `Bearer ${await mintDevelopmentAdminToken("operator", 600)}`;
  const asAdmin = { headers: { authorization } };
  const notAdmin = await ask("POST", path, { user: "alice" });
  const revocation = await ask("POST", path, { user: "alice", issuer: "development" }, asAdmin);
  return {
    revocation,
    "revocation-of-all": await ask("POST", path, { all: true }, asAdmin),
    "problem-not-admin": notAdmin,
    "problem-revoked": await ask("GET", "/v1/policies"),
  };
}
