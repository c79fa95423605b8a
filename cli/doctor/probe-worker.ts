/** A deployed Worker from outside: is it configured, whom does it believe, whom does it answer. */
import * as z from "zod/mini";
import type { Config } from "../../src/config/config.ts";
import { mintDevelopmentToken } from "../mint.ts";
import { version } from "../version.ts";
import { parseJson } from "../parse-json.ts";
import { isRefused, isTaken, statusOf, type Answer, type Ask } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";

export interface Target {
  readonly url: URL;
  readonly config: Config;
  readonly ask: Ask;
  /** Send more requests than the rate of one address, to see it refuse. */
  readonly isFlooded: boolean;
}

const healthSchema = z.object({ status: z.literal("ok"), version: z.string() });
const problemSchema = z.object({ code: z.string() });
const keysSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.optional(z.string()) })),
});
const STRANGER = "https://edge-presigner-doctor.invalid";
const SOME_PORT = 5173;

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

async function tryHealth({ url, ask }: Target): Promise<Finding> {
  const name = "worker";
  const answer = await ask(new URL("/healthz", url).href);
  const health = healthSchema.safeParse(parseJson(answer.text));
  if (health.success) {
    if (health.data.version === version) return good(name, `answers, version ${version}`);
    const says = `answers with version ${health.data.version}; this folder has ${version}`;
    return { name, verdict: "note", says };
  }
  const code = codeOf(answer);
  if (code === "misconfigured") {
    const mend =
      "npx wrangler tail shows each mistake, npm run check-config finds them here, npx wrangler secret list names the secrets";
    return { name, verdict: "bad", says: "the Worker is there, and misconfigured", mend };
  }
  const says = `something else answers at ${url.origin}: ${answer.status}`;
  return { name, verdict: "bad", says, mend: "check the address, and deploy with npm run deploy" };
}

async function tryKeys({ url, ask }: Target): Promise<Finding> {
  const name = "worker-keys";
  const parsed = keysSchema.safeParse(
    parseJson((await ask(new URL("/.well-known/jwks.json", url).href)).text),
  );
  const keys = parsed.success ? parsed.data.keys : [];
  if (keys.some((key) => "d" in key)) {
    const mend = "take it offline, then npx edge-presigner keys RECEIPT_PRIVATE_KEY";
    return { name, verdict: "bad", says: "the private key of receipts is published", mend };
  }
  if (keys.length > 0)
    return good(
      name,
      `receipts can be checked: ${keys.map(({ kid }) => kid ?? "no kid").join(", ")}`,
    );
  const mend = "set RECEIPT_PRIVATE_KEY: npx edge-presigner keys";
  return { name, verdict: "bad", says: "no key to check receipts with is published", mend };
}

/** Nobody without a token, nor with one that anybody can make. */
async function tryTokens({ url, config, ask }: Target): Promise<readonly Finding[]> {
  const name = "worker-tokens";
  const at = new URL("/presigned-url", url).href;
  const none = await ask(at);
  const isAsked = none.status === 401 && none.headers.has("www-authenticate");
  const without: Finding = isAsked
    ? good(name, "nobody gets a ticket without a token")
    : {
        name,
        verdict: "bad",
        says: `a request without a token was answered ${none.status}`,
        mend: "check that this is the Worker, and that nothing before it answers in its place",
      };
  const token = await mintDevelopmentToken("edge-presigner-doctor", { expiresInSeconds: 60 });
  const anybody = await ask(at, { headers: { authorization: `Bearer ${token}` } });
  if (anybody.status === 401) return [without, good(name, "development tokens are refused")];
  if (config.isDevelopment) {
    return [
      without,
      { name, verdict: "note", says: "development tokens are taken: this is npm run dev" },
    ];
  }
  if (!isTaken(anybody) && !isRefused(anybody))
    return [without, unknown(name, `a development token was answered ${statusOf(anybody)}`)];
  const mend = "deploy with npm run deploy, from the configuration at the top";
  return [
    without,
    { name, verdict: "bad", says: `a development token was answered ${anybody.status}`, mend },
  ];
}

async function tryOrigins({ url, config, ask }: Target): Promise<readonly Finding[]> {
  const name = "worker-origins";
  const preflight = async (origin: string) => {
    const answer = await ask(new URL("/v1/uploads", url).href, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    return isTaken(answer) && answer.headers.get("access-control-allow-origin") === origin;
  };
  const origins = [
    ...config.origins,
    ...[...config.anyPortOrigins].map((origin) => `${origin}:${SOME_PORT}`),
  ];
  const answers = await Promise.all(origins.map(async (origin) => preflight(origin)));
  const refused = origins.filter((_, index) => !answers[index]);
  const mend = "deploy the configuration that you have here: npm run deploy";
  const own: Finding =
    refused.length === 0
      ? good(name, `pages of ${origins.join(", ") || "no origin"} are answered`)
      : { name, verdict: "bad", says: `${refused.join(", ")} is refused`, mend };
  if (!(await preflight(STRANGER))) return [own, good(name, "pages of other origins are refused")];
  return [own, { name, verdict: "bad", says: "a page of any origin is answered", mend }];
}

const AT_ONCE = 50;
const MAX_REQUESTS = 2000;

/** The binding counts per location and not exactly (Workers: "Rate limiting"): half as many again. */
async function tryLimits({ url, config, ask, isFlooded }: Target): Promise<Finding> {
  const name = "worker-limits";
  const { limit, windowSeconds } = config.limits.perAddress;
  const count = Math.ceil(limit * 1.5);
  if (!isFlooded || count > MAX_REQUESTS) {
    const how = count > MAX_REQUESTS ? `${count} requests would be needed` : "--flood tries it";
    return { name, verdict: "note", says: `not tried: ${how}` };
  }
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    // oxlint-disable-next-line no-await-in-loop -- a burst after a burst
    const answers = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => ask(new URL("/presigned-url", url).href)),
    );
    if (answers.some(({ status, headers }) => status === 429 && headers.has("retry-after")))
      return good(name, `refused after at most ${sent + AT_ONCE} requests`);
  }
  const mend =
    "check [[ratelimits]] in wrangler.toml, and that its namespace_id is no other Worker's";
  const says = `${count} requests in a row were answered, ${limit} in ${windowSeconds} s are allowed`;
  return { name, verdict: "bad", says, mend };
}

function codeOf(answer: Answer): string | undefined {
  const problem = problemSchema.safeParse(parseJson(answer.text));
  return problem.success ? problem.data.code : undefined;
}
