/** Tests a deployed Worker: its public endpoints and, with a token, an upload. */
import type { Config } from "../../src/config/config.ts";
import { NoResponse, createRequestSender } from "./send-request.ts";
import type { Finding } from "./finding.ts";
import { probeReady } from "./probe-ready.ts";
import { probeWorkerTicket } from "./probe-worker-ticket.ts";
import { probeWorker } from "./probe-worker.ts";

export interface WorkerExamination {
  readonly url: URL;
  readonly config: Config;
  /** A token of a user. Without one no file is sent. */
  readonly token: string | undefined;
  /** A token of an admin. Without one `/readyz` is not asked. */
  readonly adminToken: string | undefined;
  readonly policy: string | undefined;
  readonly isFlooded: boolean;
}

/** Returns the findings. A Worker that does not answer is a finding, too. */
export async function examineWorker({
  url,
  config,
  token,
  adminToken,
  policy,
  isFlooded,
}: WorkerExamination): Promise<readonly Finding[]> {
  const sendRequest = createRequestSender(new AbortController().signal);
  try {
    const probed = await probeWorker({ url, config, sendRequest, isFlooded });
    const ready =
      adminToken === undefined ? [] : await probeReady({ url, adminToken, sendRequest });
    const worker = [...probed, ...ready];
    if (worker.some(({ name, verdict }) => name === "worker" && verdict === "bad")) return worker;
    if (token !== undefined)
      return [...worker, await probeWorkerTicket({ url, config, token, policy })];
    const message = "not tested: add --token to upload a file";
    return [...worker, { name: "worker-ticket", verdict: "note", message }];
  } catch (error) {
    if (!(error instanceof NoResponse)) throw error;
    const fix = "check the URL, and deploy with npm run deploy";
    return [{ name: "worker", verdict: "bad", message: error.message, fix }];
  }
}
