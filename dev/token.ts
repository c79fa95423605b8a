/** `GET /dev/token?user=alice`: replaces the login of an app. Only the development server has it. */
import { SignJWT } from "jose";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";

const LIFE = "10 min";

/** Returns a bearer token for the user, or `undefined` for any other request. */
export async function answerToken(request: Request): Promise<Response | undefined> {
  const { pathname, hostname, searchParams } = new URL(request.url);
  if (request.method !== "GET" || pathname !== "/dev/token") return undefined;
  const user = searchParams.get("user") ?? "";
  const isHere = hostname === "localhost" || hostname === "127.0.0.1";
  if (!isHere || user === "")
    return new Response("Add a user, such as /dev/token?user=alice", { status: 400 });
  const token = await new SignJWT()
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("development")
    .setAudience("edge-presigner")
    .setSubject(user)
    .setIssuedAt()
    .setExpirationTime(LIFE)
    .sign(new TextEncoder().encode(DEVELOPMENT_SECRETS.AUTH_SECRET));
  return Response.json({ token }, { headers: { "cache-control": "no-store" } });
}
