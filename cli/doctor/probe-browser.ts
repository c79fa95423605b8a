/** What a browser asks before it sends a file, from each origin of the configuration (Fetch standard, "CORS protocol"). */
import { isTaken, statusOf, type Answer } from "./ask.ts";
import { good, type Finding } from "./finding.ts";
import { put, type Session } from "./session.ts";

/** What stands for any port. */
const SOME_PORT = 5173;
const STRANGER = "https://edge-presigner-doctor.invalid";

export async function probeBrowser(session: Session): Promise<readonly Finding[]> {
  const { config } = session;
  const origins = [
    ...config.origins,
    ...[...config.anyPortOrigins].map((origin) => `${origin}:${SOME_PORT}`),
  ];
  if (origins.length === 0) {
    return [{ name: "preflight", verdict: "note", says: "the configuration has no origins" }];
  }
  const tried = await Promise.all(origins.map(async (origin) => tryOrigin(session, origin)));
  const refused = tried.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
  const mend = "set the bucket's CORS rule: npx edge-presigner setup prints it";
  return [
    refused.length === 0
      ? good("preflight", `pages of ${origins.join(", ")} may send files`)
      : { name: "preflight", verdict: "bad", says: refused.join("; "), mend },
    ...(refused.length === origins.length ? [] : [await tryExposed(session, origins)]),
    await tryStranger(session),
  ];
}

async function tryOrigin(
  session: Session,
  origin: string,
): Promise<{ readonly fault: string | undefined }> {
  const ticket = await session.sign(await session.admit());
  const wanted = Object.keys(ticket.headers);
  const answer = await preflight(session, ticket.url, origin, wanted);
  const allowed = answer.headers.get("access-control-allow-origin");
  if (!isTaken(answer) || allowed === null) {
    return { fault: `${origin} is refused: ${statusOf(answer)}` };
  }
  if (allowed !== "*" && allowed !== origin) return { fault: `${origin} is answered ${allowed}` };
  if (
    !listOf(answer, "access-control-allow-methods").some((name) => name === "put" || name === "*")
  )
    return { fault: `${origin} may not PUT` };
  const headers = listOf(answer, "access-control-allow-headers");
  const missing = headers.includes("*") ? [] : wanted.filter((name) => !headers.includes(name));
  return {
    fault: missing.length === 0 ? undefined : `${origin} may not send ${missing.join(", ")}`,
  };
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
async function tryExposed(session: Session, [origin = ""]: readonly string[]): Promise<Finding> {
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket, { headers: { origin } });
  const exposed = listOf(answer, "access-control-expose-headers");
  if (exposed.includes("etag") || exposed.includes("*"))
    return good("exposed-etag", "pages can read the ETag");
  return {
    name: "exposed-etag",
    verdict: "bad",
    says: "pages cannot read the ETag: many upload libraries then wait for ever",
    mend: "add ETag to ExposeHeaders of the bucket's CORS rule: npx edge-presigner setup prints it",
  };
}

async function tryStranger(session: Session): Promise<Finding> {
  const ticket = await session.sign(await session.admit());
  const answer = await preflight(session, ticket.url, STRANGER, ["content-type"]);
  const allowed = answer.headers.get("access-control-allow-origin");
  if (!isTaken(answer) || (allowed !== "*" && allowed !== STRANGER))
    return good("other-origin", "pages of other origins are refused");
  const says = "pages of any origin may send files with a ticket that they got hold of";
  return session.isEmbedded
    ? { name: "other-origin", verdict: "note", says }
    : {
        name: "other-origin",
        verdict: "bad",
        says,
        mend: "name exact origins in the bucket's CORS rule: npx edge-presigner setup prints it",
      };
}

function listOf({ headers }: Answer, name: string): readonly string[] {
  return (headers.get(name) ?? "").split(",").map((item) => item.trim().toLowerCase());
}
