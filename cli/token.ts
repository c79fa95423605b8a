/** `npm run -s token -- alice`: prints a bearer token that the development server takes, and nothing else. */
import { parseArgs } from "node:util";
import { SignJWT } from "jose";
import { parseDuration } from "../src/config/units.ts";
import { DEVELOPMENT_SECRETS } from "../dev/secrets.ts";

const USAGE =
  "Usage: npm run -s token -- USER [--policy NAME]... [--max-bytes N] [--key KEY] [--expires '10 min']";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    policy: { type: "string", multiple: true },
    "max-bytes": { type: "string" },
    key: { type: "string" },
    expires: { type: "string", default: "1 h" },
  },
});
const [user, ...others] = positionals;
const seconds = parseDuration(values.expires);
if (!user || others.length > 0 || !seconds) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}

const token = await new SignJWT({
  ...(values.policy && { policies: values.policy }),
  ...(values["max-bytes"] !== undefined && { maxBytes: Number(values["max-bytes"]) }),
  ...(values.key !== undefined && { key: values.key }),
})
  .setProtectedHeader({ alg: "HS256", typ: "JWT" })
  .setIssuer("development")
  .setAudience("edge-presigner")
  .setSubject(user)
  .setIssuedAt()
  .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
  .sign(new TextEncoder().encode(DEVELOPMENT_SECRETS.AUTH_SECRET));
process.stdout.write(`${token}\n`);
