/** Tries what requests depend on: a signing key, a ledger, and each store. */
import { accessTo } from "../operation/locate.ts";
import { Problem, toProblem, type ProblemCode } from "../problem.ts";
import type { Service } from "../service.ts";
import { encodeKey } from "../store/encode-key.ts";
import { headObject } from "../store/object.ts";
import { StoreUnavailable } from "../store/request.ts";
import { needsLedger } from "../config/needs-ledger.ts";

export interface Check {
  /** `keys`, `ledger`, or `store` and its name. */
  readonly name: string;
  /** `undefined` where it works. */
  readonly code: ProblemCode | undefined;
  /** What went wrong, without a key or a URL. */
  readonly reason: string | undefined;
  /** How long it was waited for. */
  readonly durationMs: number;
}

/** No caller has this ledger, and no upload this key: nothing is written. */
const NOBODY = "readiness";
const KEY = ".edge-presigner-readiness";
const TIMEOUT_MS = 1000;

/** Returns what each check found, after a second at most. */
export async function checkReady(
  service: Service,
  requestOrigin: string,
): Promise<readonly Check[]> {
  const stores = [...service.stores.values()];
  const attempt = async (name: string, work: () => Promise<unknown>) => {
    const startedAtMs = service.now();
    const failure = await findFailure(work);
    return { name, ...failure, durationMs: service.now() - startedAtMs };
  };
  return Promise.all([
    attempt("keys", async () => Promise.resolve(service.receipts.publicKeys())),
    ...(needsLedger(service.config) === undefined
      ? []
      : [attempt("ledger", async () => service.ledgerOf({ digest: NOBODY }).find(NOBODY))]),
    ...stores.map(async (store) =>
      attempt(`store ${store.name}`, async () =>
        headObject({ store, key: encodeKey(KEY), requestOrigin }, accessTo(service, store).reader),
      ),
    ),
  ]);
}

async function findFailure(work: () => Promise<unknown>): Promise<Pick<Check, "code" | "reason">> {
  const late = new Promise<never>((_, reject) => {
    AbortSignal.timeout(TIMEOUT_MS).addEventListener("abort", () => {
      reject(new Problem("internal", `No answer within ${TIMEOUT_MS} ms`));
    });
  });
  try {
    await Promise.race([work(), late]);
    return { code: undefined, reason: undefined };
  } catch (error) {
    const { code, message } = toProblem(error);
    const reason = error instanceof StoreUnavailable ? error.logReason : message;
    return { code, reason };
  }
}
