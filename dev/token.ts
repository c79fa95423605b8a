/** `GET /dev/token?user=alice`: replaces the login of an app. Only the development server has it. */
import { SignJWT } from "jose";
import { DEVELOPMENT_SECRETS } from "./secrets.ts";

const LIFE = "10 min";

/** Returns a bearer token for the user. */
export async function answerToken(user: string | null): Promise<Response> {
  if (user === null || user === "")
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
