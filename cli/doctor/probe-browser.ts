/** Tests the CORS rule of the bucket for each origin of the configuration (Fetch standard, "CORS protocol"). */
import { signedHeadersOf } from "../setup/signed-headers.ts";
import { isAccepted, statusOf, type Answer } from "./send-request.ts";
import { corsFix } from "./bucket-rules.ts";
import { good, unknown, type Finding } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

/** The port that is tested for origins with any port. */
const SOME_PORT = 5173;
const OTHER_ORIGIN = "https://edge-presigner-doctor.invalid";
const FIX = "set the CORS rule of the bucket";

export const BROWSERS: readonly Probe[] = [
  { name: "preflight", run: tryOrigins },
  { name: "exposed-etag", run: tryExposed },
  { name: "other-origin", run: tryStranger },
];

function originsOf({ config }: Session): readonly string[] {
  return [
    ...config.origins,
    ...[...config.anyPortOrigins].map((origin) => `${origin}:${SOME_PORT}`),
  ];
}

async function tryOrigins(session: Session): Promise<readonly Finding[]> {
  const name = "preflight";
  const origins = originsOf(session);
  if (origins.length === 0)
    return [{ name, verdict: "note", message: "the configuration has no origins" }];
  const wanted = await headersOf(session);
  const tried = await Promise.all(
    origins.map(async (origin) => tryOrigin(session, origin, wanted)),
  );
  const refused = tried.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  if (refused.length > 0) {
    const fix = await corsFix(session, FIX);
    return [{ name, verdict: "bad", message: refused.join("; "), fix }];
  }
  const lacking = [...new Set(tried.flatMap(({ optional }) => optional))];
  if (lacking.length === 0) return [good(name, `pages of ${origins.join(", ")} can send files`)];
  const message = `pages can send files, but not with a checksum: ${lacking.join(", ")}`;
  return [{ name, verdict: "note", message, fix: await corsFix(session, FIX) }];
}

/** The headers of all tickets that the policies can issue. */
interface SignedHeaders {
  readonly all: readonly string[];
  /** Without the checksums that a client can leave out. */
  readonly required: readonly string[];
}

async function headersOf({ store, policies }: Session): Promise<SignedHeaders> {
  const bare = policies.map((policy) => {
    const isFixed = policy.checksum !== "optional" && policy.checksums.size === 1;
    return isFixed ? policy : { ...policy, checksums: new Set<never>() };
  });
  return {
    all: await signedHeadersOf({ store, policies, origins: [], credentialPolicies: [] }),
    required: await signedHeadersOf({ store, policies: bare, origins: [], credentialPolicies: [] }),
  };
}

interface OriginResult {
  readonly problem?: string;
  /** Headers that the rule refuses, and that a client can leave out. */
  readonly optional: readonly string[];
}

const failed = (problem: string): OriginResult => ({ problem, optional: [] });

async function tryOrigin(
  session: Session,
  origin: string,
  { all, required }: SignedHeaders,
): Promise<OriginResult> {
  const ticket = await session.sign(await session.admit());
  const ofAll = await preflight(session, ticket.url, origin, all);
  // AWS refuses the preflight if one header is not allowed.
  const answer = isAccepted(ofAll) ? ofAll : await preflight(session, ticket.url, origin, required);
  const allowed = answer.headers.get("access-control-allow-origin");
  if (!isAccepted(answer) || allowed === null)
    return failed(`${origin} is refused: ${statusOf(answer)}`);
  if (allowed !== "*" && allowed !== origin)
    return failed(`${origin} gets the allowed origin ${allowed}`);
  if (!allowsMethod(answer, "put")) return failed(`${origin} cannot PUT`);
  if (session.policies.some(({ postForm }) => postForm)) {
    const ofForm = await preflight(session, ticket.url, origin, ["content-type"], "POST");
    if (!isAccepted(ofForm) || !allowsMethod(ofForm, "post"))
      return failed(`${origin} cannot POST forms`);
  }
  const headers = listOf(answer, "access-control-allow-headers");
  const missing = headers.includes("*") ? [] : all.filter((name) => !headers.includes(name));
  const needed = missing.filter((name) => required.includes(name));
  if (needed.length > 0) return failed(`${origin} cannot send ${needed.join(", ")}`);
  return { optional: missing };
}

async function preflight(
  { sendRequest }: Session,
  url: string,
  origin: string,
  headers: readonly string[],
  method = "PUT",
): Promise<Answer> {
  return sendRequest(url, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": headers.toSorted().join(","),
    },
  });
}

/** Tests whether pages can read the ETag: multipart clients need it for each part. */
async function tryExposed(session: Session): Promise<readonly Finding[]> {
  const name = "exposed-etag";
  const [origin] = originsOf(session);
  if (origin === undefined) return [];
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket, { headers: { origin } });
  if (!isAccepted(answer)) return [unknown(name, `the store answered ${statusOf(answer)}`)];
  const allowed = answer.headers.get("access-control-allow-origin");
  if (allowed !== "*" && allowed !== origin) return tryUnreadable(session, ticket.url, origin);
  const exposed = listOf(answer, "access-control-expose-headers");
  if (exposed.includes("etag") || exposed.includes("*"))
    return [good(name, "pages can read the ETag")];
  return [
    {
      name,
      verdict: "bad",
      message: "pages cannot read the ETag: many upload libraries then wait forever",
      fix: await corsFix(session, "add ETag to ExposeHeaders in the CORS rule of the bucket"),
    },
  ];
}

/** Returns a problem if pages can send the file but not read the answer. The preflight finding covers pages that cannot send it. */
async function tryUnreadable(
  session: Session,
  url: string,
  origin: string,
): Promise<readonly Finding[]> {
  const answer = await preflight(session, url, origin, ["content-type"]);
  if (!isAccepted(answer) || answer.headers.get("access-control-allow-origin") === null) return [];
  const message = `the preflight of ${origin} is answered, but no page can read the answer of its PUT: it has no Access-Control-Allow-Origin`;
  return [{ name: "readable-answer", verdict: "bad", message, fix: await corsFix(session, FIX) }];
}

async function tryStranger(session: Session): Promise<readonly Finding[]> {
  const name = "other-origin";
  if (originsOf(session).length === 0) return [];
  const ticket = await session.sign(await session.admit());
  const answer = await preflight(session, ticket.url, OTHER_ORIGIN, ["content-type"]);
  const allowed = answer.headers.get("access-control-allow-origin");
  if (answer.status >= 500 && answer.status !== 501)
    return [unknown(name, `the store answered ${statusOf(answer)}`)];
  if (!isAccepted(answer) || (allowed !== "*" && allowed !== OTHER_ORIGIN))
    return [good(name, "pages of other origins are refused")];
  const message = "pages of any origin can send files if they get hold of a ticket";
  if (session.isEmbedded) return [{ name, verdict: "note", message }];
  const fix = await corsFix(session, "list exact origins in the CORS rule of the bucket");
  return [{ name, verdict: "bad", message, fix }];
}

function allowsMethod(answer: Answer, method: string): boolean {
  const methods = listOf(answer, "access-control-allow-methods");
  return methods.includes(method) || methods.includes("*");
}

function listOf({ headers }: Answer, name: string): readonly string[] {
  return (headers.get(name) ?? "").split(",").map((item) => item.trim().toLowerCase());
}
