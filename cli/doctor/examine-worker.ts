/** A deployed Worker: what anybody sees of it, and a file through it where there is a token. */
import type { Config } from "../../src/config/config.ts";
import { NoAnswer, createAsk } from "./send-request.ts";
import type { Finding } from "./finding.ts";
import { probeWorkerTicket } from "./probe-worker-ticket.ts";
import { probeWorker } from "./probe-worker.ts";

export interface WorkerExamination {
  readonly url: URL;
  readonly config: Config;
  /** A user's own. */
  readonly token: string | undefined;
  readonly policy: string | undefined;
  readonly isFlooded: boolean;
}

export async function examineWorker({
  url,
  config,
  token,
  policy,
  isFlooded,
}: WorkerExamination): Promise<readonly Finding[]> {
  const ask = createAsk(new AbortController().signal);
  try {
    const worker = await probeWorker({ url, config, ask, isFlooded });
    if (worker.some(({ name, verdict }) => name === "worker" && verdict === "bad")) return worker;
    if (token !== undefined)
      return [...worker, await probeWorkerTicket({ url, config, token, policy })];
    const says = "not tried: --token sends a file";
    return [...worker, { name: "worker-ticket", verdict: "note", says }];
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const mend = "check the address, and deploy with npm run deploy";
    return [{ name: "worker", verdict: "bad", says: error.message, mend }];
  }
}
