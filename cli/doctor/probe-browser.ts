/** What a browser asks before it sends a file, from each origin of the configuration (Fetch standard, "CORS protocol"). */
import { signedHeadersOf } from "../setup/signed-headers.ts";
import { isTaken, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

/** What stands for any port. */
const SOME_PORT = 5173;
const STRANGER = "https://edge-presigner-doctor.invalid";
const MEND = "set the bucket's CORS rule: npx edge-presigner setup prints it";

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
    return [{ name, verdict: "note", says: "the configuration has no origins" }];
  const wanted = await headersOf(session);
  const tried = await Promise.all(
    origins.map(async (origin) => tryOrigin(session, origin, wanted)),
  );
  const refused = tried.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  if (refused.length > 0) return [{ name, verdict: "bad", says: refused.join("; "), mend: MEND }];
  const lacking = [...new Set(tried.flatMap(({ optional }) => optional))];
  if (lacking.length === 0) return [good(name, `pages of ${origins.join(", ")} may send files`)];
  const says = `pages may send files, but not with a checksum: ${lacking.join(", ")}`;
  return [{ name, verdict: "note", says, mend: MEND }];
}

/** Of all tickets that the policies could give. */
interface Wanted {
  readonly all: readonly string[];
  /** Without the checksums that a client may leave out. */
  readonly least: readonly string[];
}

async function headersOf({ store, policies }: Session): Promise<Wanted> {
  const bare = policies.map((policy) => {
    const isFixed = policy.checksum !== "optional" && policy.checksums.size === 1;
    return isFixed ? policy : { ...policy, checksums: new Set<never>() };
  });
  return {
    all: await signedHeadersOf({ store, policies, origins: [] }),
    least: await signedHeadersOf({ store, policies: bare, origins: [] }),
  };
}

interface Tried {
  readonly fault?: string;
  /** What may be left out, and may not be sent. */
  readonly optional: readonly string[];
}

const fails = (fault: string): Tried => ({ fault, optional: [] });

async function tryOrigin(session: Session, origin: string, { all, least }: Wanted): Promise<Tried> {
  const ticket = await session.sign(await session.admit());
  const ofAll = await preflight(session, ticket.url, origin, all);
  // AWS refuses a preflight as a whole where one header is not allowed.
  const answer = isTaken(ofAll) ? ofAll : await preflight(session, ticket.url, origin, least);
  const allowed = answer.headers.get("access-control-allow-origin");
  if (!isTaken(answer) || allowed === null)
    return fails(`${origin} is refused: ${statusOf(answer)}`);
  if (allowed !== "*" && allowed !== origin) return fails(`${origin} is answered ${allowed}`);
  if (
    !listOf(answer, "access-control-allow-methods").some((name) => name === "put" || name === "*")
  )
    return fails(`${origin} may not PUT`);
  const headers = listOf(answer, "access-control-allow-headers");
  const missing = headers.includes("*") ? [] : all.filter((name) => !headers.includes(name));
  const needed = missing.filter((name) => least.includes(name));
  if (needed.length > 0) return fails(`${origin} may not send ${needed.join(", ")}`);
  return { optional: missing };
}

async function preflight(
  { ask }: Session,
  url: string,
  origin: string,
  headers: readonly string[],
): Promise<Answer> {
  return ask(url, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "PUT",
      "access-control-request-headers": headers.toSorted().join(","),
    },
  });
}

/** Clients that send parts have to read the ETag of each. */
async function tryExposed(session: Session): Promise<readonly Finding[]> {
  const name = "exposed-etag";
  const [origin] = originsOf(session);
  if (origin === undefined) return [];
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket, { headers: { origin } });
  if (!isTaken(answer)) return [unknown(name, `the store answered ${statusOf(answer)}`)];
  // A page that may not read at all is told of by the preflight.
  if (answer.headers.get("access-control-allow-origin") === null) return [];
  const exposed = listOf(answer, "access-control-expose-headers");
  if (exposed.includes("etag") || exposed.includes("*"))
    return [good(name, "pages can read the ETag")];
  return [
    {
      name,
      verdict: "bad",
      says: "pages cannot read the ETag: many upload libraries then wait for ever",
      mend: "add ETag to ExposeHeaders of the bucket's CORS rule: npx edge-presigner setup prints it",
    },
  ];
}

async function tryStranger(session: Session): Promise<readonly Finding[]> {
  const name = "other-origin";
  if (originsOf(session).length === 0) return [];
  const ticket = await session.sign(await session.admit());
  const answer = await preflight(session, ticket.url, STRANGER, ["content-type"]);
  const allowed = answer.headers.get("access-control-allow-origin");
  if (answer.status >= 500 && answer.status !== 501)
    return [unknown(name, `the store answered ${statusOf(answer)}`)];
  if (!isTaken(answer) || (allowed !== "*" && allowed !== STRANGER))
    return [good(name, "pages of other origins are refused")];
  const says = "pages of any origin may send files with a ticket that they got hold of";
  if (session.isEmbedded) return [{ name, verdict: "note", says }];
  const mend = "name exact origins in the bucket's CORS rule: npx edge-presigner setup prints it";
  return [{ name, verdict: "bad", says, mend }];
}

function listOf({ headers }: Answer, name: string): readonly string[] {
  return (headers.get(name) ?? "").split(",").map((item) => item.trim().toLowerCase());
}
