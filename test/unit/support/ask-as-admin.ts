/** Requests of an admin to the development Worker. */
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import type { FailingWorker } from "./failing-ledger.ts";
import { mintShared } from "./tokens.ts";

/** `path` is below `/v1/admin`. */
export async function askAsAdmin(
  worker: Pick<FailingWorker, "ask">,
  method: string,
  path: string,
  body?: object,
): Promise<Response> {
  const seconds = Math.floor(Date.now() / 1000);
  const token = await mintShared(DEVELOPMENT_SECRETS.ADMIN_SECRET, {
    iss: "development",
    aud: "edge-presigner-admin",
    sub: "root",
    role: "admin",
    iat: seconds,
    exp: seconds + 600,
  });
  return worker.ask(method, `/v1/admin${path}`, body, { authorization: `Bearer ${token}` });
}
