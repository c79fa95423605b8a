/** Tests the public endpoints of a deployed Worker: its configuration, keys, tokens, origins and rate limit. */
import * as z from "zod/mini";
import { VERSION } from "../../src/version.ts";
import type { Config } from "../../src/config/config.ts";
import { mintDevelopmentToken } from "../mint.ts";
import { parseJson } from "../parse-json.ts";
import { isRefused, isAccepted, statusOf, type Answer, type SendRequest } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";

export interface Target {
  readonly url: URL;
  readonly config: Config;
  readonly sendRequest: SendRequest;
  /** Whether to exceed the rate limit of one address. */
  readonly isFlooded: boolean;
}

const healthSchema = z.object({ status: z.literal("ok"), version: z.string() });
const problemSchema = z.object({ code: z.string() });
const keysSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.optional(z.string()) })),
});
const OTHER_ORIGIN = "https://edge-presigner-doctor.invalid";
const SOME_PORT = 5173;

/** Returns the findings, or only the first one if the Worker is not there. */
export async function probeWorker(target: Target): Promise<readonly Finding[]> {
  const health = await tryHealth(target);
  if (health.verdict === "bad") return [health];
  return [
    health,
    await tryKeys(target),
    ...(await tryTokens(target)),
    ...(await tryOrigins(target)),
    await tryLimits(target),
  ];
}

async function tryHealth({ url, sendRequest }: Target): Promise<Finding> {
  const name = "worker";
  const answer = await sendRequest(new URL("/healthz", url).href);
  const health = healthSchema.safeParse(parseJson(answer.text));
  if (health.success) {
    if (health.data.version === VERSION) return good(name, `is running, version ${VERSION}`);
    const message = `is running version ${health.data.version}, but this folder has version ${VERSION}`;
    return { name, verdict: "note", message };
  }
  const code = codeOf(answer);
  if (code === "misconfigured") {
    const fix =
      "run npm run check-config, and compare the secrets with npx wrangler secret list, or npx wrangler secrets-store secret list; npx wrangler tail shows each error";
    return { name, verdict: "bad", message: "the Worker is running, but misconfigured", fix };
  }
  const message = `${url.origin} answered ${answer.status}, but not as the Worker does`;
  return { name, verdict: "bad", message, fix: "check the URL, and deploy with npm run deploy" };
}

async function tryKeys({ url, sendRequest }: Target): Promise<Finding> {
  const name = "worker-keys";
  const parsed = keysSchema.safeParse(
    parseJson((await sendRequest(new URL("/.well-known/jwks.json", url).href)).text),
  );
  const keys = parsed.success ? parsed.data.keys : [];
  if (keys.some((key) => "d" in key)) {
    const fix =
      "take the Worker offline, then replace the key: npx edge-presigner keys RECEIPT_PRIVATE_KEY";
    return { name, verdict: "bad", message: "the private key of receipts is published", fix };
  }
  if (keys.length > 0)
    return good(
      name,
      `publishes the keys of receipts: ${keys.map(({ kid }) => kid ?? "no kid").join(", ")}`,
    );
  const fix = "set RECEIPT_PRIVATE_KEY: npx edge-presigner keys generates one";
  return { name, verdict: "bad", message: "no key to verify receipts is published", fix };
}

/** Tests that a request without a token, or with the public development token, gets no ticket. */
async function tryTokens({ url, config, sendRequest }: Target): Promise<readonly Finding[]> {
  const name = "worker-tokens";
  const at = new URL("/presigned-url", url).href;
  const none = await sendRequest(at);
  const isAsked = none.status === 401 && none.headers.has("www-authenticate");
  const without: Finding = isAsked
    ? good(name, "a request without a token is refused")
    : {
        name,
        verdict: "bad",
        message: `a request without a token was answered with ${none.status}`,
        fix: "check that this is the Worker, and that no proxy answers instead of it",
      };
  const token = await mintDevelopmentToken("edge-presigner-doctor", { expiresInSeconds: 60 });
  const anybody = await sendRequest(at, { headers: { authorization: `Bearer ${token}` } });
  if (anybody.status === 401) return [without, good(name, "development tokens are refused")];
  if (config.isDevelopment) {
    return [
      without,
      { name, verdict: "note", message: "development tokens are accepted: this is npm run dev" },
    ];
  }
  if (!isAccepted(anybody) && !isRefused(anybody))
    return [without, unknown(name, `a development token was answered with ${statusOf(anybody)}`)];
  const fix =
    "deploy presigner.config.ts with npm run deploy, and not the development configuration";
  return [
    without,
    {
      name,
      verdict: "bad",
      message: `a development token was answered with ${anybody.status}`,
      fix,
    },
  ];
}

async function tryOrigins({ url, config, sendRequest }: Target): Promise<readonly Finding[]> {
  const name = "worker-origins";
  const preflight = async (origin: string) => {
    const answer = await sendRequest(new URL("/v1/uploads", url).href, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    return isAccepted(answer) && answer.headers.get("access-control-allow-origin") === origin;
  };
  const origins = [
    ...config.origins,
    ...[...config.anyPortOrigins].map((origin) => `${origin}:${SOME_PORT}`),
  ];
  const answers = await Promise.all(origins.map(async (origin) => preflight(origin)));
  const refused = origins.filter((_, index) => !answers[index]);
  const fix = "deploy this configuration: npm run deploy";
  const own: Finding =
    refused.length === 0
      ? good(name, `pages of ${origins.join(", ") || "no origin"} are allowed`)
      : { name, verdict: "bad", message: `${refused.join(", ")} is refused`, fix };
  if (!(await preflight(OTHER_ORIGIN)))
    return [own, good(name, "pages of other origins are refused")];
  return [own, { name, verdict: "bad", message: "pages of any origin are allowed", fix }];
}

const AT_ONCE = 50;
const MAX_REQUESTS = 2000;

/** Tests the rate limit with 1.5 times its requests: the binding counts per location, and not exactly (Workers: "Rate limiting"). */
async function tryLimits({ url, config, sendRequest, isFlooded }: Target): Promise<Finding> {
  const name = "worker-limits";
  const { limit, windowSeconds } = config.limits.perAddress;
  const count = Math.ceil(limit * 1.5);
  if (!isFlooded || count > MAX_REQUESTS) {
    const how = count > MAX_REQUESTS ? `it would need ${count} requests` : "add --flood to test it";
    return { name, verdict: "note", message: `not tested: ${how}` };
  }
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    // oxlint-disable-next-line no-await-in-loop -- one burst after the other
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => sendRequest(new URL("/presigned-url", url).href)),
    );
    if (answers.some(({ status, headers }) => status === 429 && headers.has("retry-after")))
      return good(name, `refused after at most ${sent + AT_ONCE} requests`);
  }
  const fix =
    "check [[ratelimits]] in wrangler.toml, and that no other Worker uses its namespace_id";
  const message = `${count} requests in a row were accepted; the limit is ${limit} in ${windowSeconds} seconds`;
  return { name, verdict: "bad", message, fix };
}

function codeOf(answer: Answer): string | undefined {
  const problem = problemSchema.safeParse(parseJson(answer.text));
  return problem.success ? problem.data.code : undefined;
}
