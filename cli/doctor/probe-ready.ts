/** Asks a deployed Worker whether its keys, its ledger and its stores work: `GET /readyz`. */
import { readySchema } from "../admin/answers.ts";
import { parseJson } from "../parse-json.ts";
import { good, type Finding } from "./finding.ts";
import { statusOf, type SendRequest } from "./send-request.ts";

interface ReadyProbe {
  readonly url: URL;
  readonly adminToken: string;
  readonly sendRequest: SendRequest;
}

/** Returns a finding for each check. */
export async function probeReady({
  url,
  adminToken,
  sendRequest,
}: ReadyProbe): Promise<readonly Finding[]> {
  const name = "worker-ready";
  const headers = { authorization: `Bearer ${adminToken}` };
  const answer = await sendRequest(new URL("/readyz", url).href, { headers });
  const ready = readySchema.safeParse(parseJson(answer.text));
  if (!ready.success) {
    const fix = "send the token of an admin issuer: docs/admin.md";
    return [{ name, verdict: "bad", message: `/readyz answered ${statusOf(answer)}`, fix }];
  }
  return ready.data.checks.map(({ name: what, status, code = "", reason = "" }) =>
    status === "ok"
      ? good(name, `${what} works`)
      : {
          name,
          verdict: "bad",
          message: `${what} does not work: ${code}, ${reason}`,
          fix: what.startsWith("store ")
            ? "test the store with npx edge-presigner doctor"
            : "look at the log: npx wrangler tail",
        },
  );
}
