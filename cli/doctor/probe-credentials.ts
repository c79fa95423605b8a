/** Tests temporary credentials for one prefix: that they work there, and nowhere else. */
import type { CredentialPolicy } from "../../src/config/config.ts";
import type { Caller } from "../../src/grant/authenticate.ts";
import {
  authorizeCredentials,
  type CredentialGrant,
} from "../../src/grant/authorize-credentials.ts";
import { issueFor } from "../../src/operation/issue-credentials.ts";
import { Problem } from "../../src/problem.ts";
import { Secret } from "../../src/secret.ts";
import { encodeKey } from "../../src/store/encode-key.ts";
import { StoreUnavailable, sendToStore, type StoreAccess } from "../../src/store/request.ts";
import type { TemporaryCredentials } from "../../src/store/scoped-access.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { good, unknown, type Finding, type FindingName } from "./finding.ts";
import type { Probe } from "./probe.ts";
import type { Session } from "./session.ts";

export const CREDENTIALS: Probe = { name: "scoped-issue", run: tryAll };

const SETUP = "npx edge-presigner setup prints the role and the parent's policy";
const BODY = "edge-presigner doctor";

async function tryAll(session: Session): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const policy of session.config.credentialPolicies.values()) {
    if (policy.store.name !== session.store.name) continue;
    // oxlint-disable-next-line no-await-in-loop -- in the order of the configuration
    findings.push(...(await tryPolicy(session, policy)));
  }
  return findings;
}

async function tryPolicy(session: Session, policy: CredentialPolicy): Promise<readonly Finding[]> {
  const [{ grant: own }, { grant: other }] = [await session.admit(), await session.admit()];
  const grant = grantOf(session, policy, own.caller);
  if (grant instanceof Problem) return [unknown("scoped-issue", `not tested: ${grant.message}`)];
  const neighbour = grantOf(session, policy, other.caller);
  if (neighbour instanceof Problem) return [];
  const issued = await issue(session, grant);
  if (!("access" in issued)) return [issued];
  const tried = { session, grant, neighbour: neighbour.prefix, access: issued.access };
  return [issued.finding, ...(await tryOwn(tried)), await tryBeside(tried)];
}

function grantOf(session: Session, policy: CredentialPolicy, caller: Caller) {
  try {
    return authorizeCredentials(policy, caller, {}, new Date(session.nowMs()));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

async function issue(
  session: Session,
  grant: CredentialGrant,
): Promise<Finding | { readonly finding: Finding; readonly access: StoreAccess }> {
  const { name, actions } = grant.policy;
  try {
    const dependencies = { fetch, now: session.nowMs, log: () => undefined };
    const credentials = await issueFor(dependencies, grant, new Date(session.nowMs()));
    const signer = createSigner(secretsOf(credentials), session.store);
    const message = `"${name}" gives credentials to ${actions.join(" and ")} ${grant.prefix}`;
    return { finding: good("scoped-issue", message), access: session.accessWith(signer) };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const message = `"${name}" gives no credentials: ${error.logReason}`;
    return { name: "scoped-issue", verdict: "bad", message, fix: SETUP };
  }
}

const secretsOf = ({ accessKeyId, secretAccessKey, sessionToken }: TemporaryCredentials) => ({
  accessKeyId: new Secret("temporary id", accessKeyId),
  secretAccessKey: new Secret("temporary secret", secretAccessKey),
  sessionToken: new Secret("temporary token", sessionToken),
});

interface Tried {
  readonly session: Session;
  readonly grant: CredentialGrant;
  /** The prefix of another user. */
  readonly neighbour: string;
  readonly access: StoreAccess;
}

/** HEAD needs the right to read, and its answer is small. */
type Method = "PUT" | "HEAD" | "DELETE";

/** Returns the status. The cleanup deletes what was stored where it should not have been. */
async function ask({ session, access }: Tried, method: Method, key: string): Promise<number> {
  const { store, embeddedOrigin: requestOrigin, cleanup } = session;
  session.signal.throwIfAborted();
  const location = { store, key: encodeKey(key), requestOrigin };
  if (method === "PUT") cleanup.addObject(location);
  const body = method === "PUT" ? { body: BODY } : {};
  return (await sendToStore(location, { method, ...body }, access)).status;
}

async function list({ session, access }: Tried, prefix: string | undefined): Promise<number> {
  const { store, embeddedOrigin: requestOrigin } = session;
  const query = { "list-type": "2", "max-keys": "1", ...(prefix !== undefined && { prefix }) };
  const location = { store, key: encodeKey(""), requestOrigin };
  return (await sendToStore(location, { method: "GET", query }, access)).status;
}

const isAllowed = (status: number) => status < 300;
/** 404 says that the key may look: it would have got an object that is there. */
const isRefused = (status: number) => status === 401 || status === 403;

async function tryOwn(tried: Tried): Promise<readonly Finding[]> {
  const { prefix, actions } = tried.grant;
  const key = `${prefix}doctor.txt`;
  const canWrite = actions.includes("write");
  const canRead = actions.includes("read");
  const written = await ask(tried, "PUT", key);
  const read = await ask(tried, "HEAD", key);
  const listed = await list(tried, prefix);
  const removed = canWrite ? await ask(tried, "DELETE", key) : 204;
  // Without a file of their own there is none to read, and stores answer that differently.
  const isReadable = !canWrite || isAllowed(read);
  return [
    judge(
      "scoped-own",
      [
        [canWrite, isAllowed(written), `PUT is ${written}`],
        [canWrite, isAllowed(removed), `DELETE is ${removed}`],
        [canRead, isReadable, `HEAD is ${read}`],
        [canRead, isAllowed(listed), `listing is ${listed}`],
      ],
      "can do under their prefix what they are for",
    ),
    judge(
      "scoped-actions",
      [
        [!canWrite, isRefused(written), `PUT is ${written}`],
        [!canRead, isRefused(read), `HEAD is ${read}`],
        [!canRead, isRefused(listed), `listing is ${listed}`],
      ],
      "can do nothing else there",
    ),
  ];
}

async function tryBeside(tried: Tried): Promise<Finding> {
  const key = `${tried.neighbour}doctor.txt`;
  const results = [
    [`PUT ${key}`, await ask(tried, "PUT", key)],
    [`HEAD ${key}`, await ask(tried, "HEAD", key)],
    [`DELETE ${key}`, await ask(tried, "DELETE", key)],
    [`listing ${tried.neighbour}`, await list(tried, tried.neighbour)],
    ["listing the bucket", await list(tried, undefined)],
  ] as const;
  return judge(
    "scoped-beside",
    results.map(([what, status]) => [true, isRefused(status), `${what} is ${status}`] as const),
    "reach nothing of another user, and do not list the bucket",
  );
}

type Expectation = readonly [isAsked: boolean, isMet: boolean, what: string];

function judge(name: FindingName, expected: readonly Expectation[], summary: string): Finding {
  const unmet = expected.flatMap(([isAsked, isMet, what]) => (isAsked && !isMet ? [what] : []));
  if (unmet.length === 0) return good(name, `they ${summary}`);
  return { name, verdict: "bad", message: unmet.join(", "), fix: SETUP };
}
