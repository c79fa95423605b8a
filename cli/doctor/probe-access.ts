/** Tests whether the credentials work, the clocks agree, and the Worker can read what clients upload. */
import { docsPath } from "../docs-path.ts";
import { StoreUnavailable } from "../../src/store/request.ts";
import { headObject } from "../../src/store/object.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { isRefused, isAccepted, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

/** A warning long before the 15 minutes at which a store refuses signatures (AWS: RequestTimeTooSkewed). */
const SKEW_MS = 60_000;

/** Sends the first PUT. If it fails, nothing else can be tested. */
export const ACCESS: Probe = { name: "put", run: tryPut };

/** The probes that need a successful PUT. */
export const READING: readonly Probe[] = [
  { name: "reading", run: tryReading },
  { name: "missing-is-404", run: tryMissing },
  { name: "region", run: tryRegion },
];

async function tryPut(session: Session): Promise<readonly Finding[]> {
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket);
  const clock = compareClocks(answer, session.nowMs());
  if (isAccepted(answer)) {
    const { pathname } = new URL(ticket.url);
    const path = pathname.split("/").slice(0, -1).join("/");
    return [
      good("credentials", "the store accepts the writing key"),
      clock,
      good("put", `a ticket was accepted: ${statusOf(answer)}, under ${path}/`),
    ];
  }
  return [await explainRefusal(session, answer), clock];
}

/** The most likely fix for a refused PUT, by the error code of the store. */
const FIXES: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "check …_ACCESS_KEY_ID: the store does not know this key",
  Unauthorized: "check …_ACCESS_KEY_ID: the store does not know this key",
  SignatureDoesNotMatch:
    "check …_SECRET_ACCESS_KEY, and that region, endpoint and addressing match the bucket",
  AuthorizationHeaderMalformed: "set region to the region of the bucket",
  AuthorizationQueryParametersError: "set region to the region of the bucket",
  PermanentRedirect: "set region to the region of the bucket",
  TemporaryRedirect: "wait until the new bucket is available in all regions, or set its region",
  NoSuchBucket: "create the bucket, or correct its name in presigner.config.ts",
  AccessDenied:
    "allow the writing key to PUT under the prefixes of the policies: npx edge-presigner setup prints the permissions",
  RequestTimeTooSkewed: "correct the clock of this machine",
  InvalidTokenId: "set …_SESSION_TOKEN to the token of this key, or remove it",
  ExpiredToken:
    "get new temporary credentials: a ticket expires with the credentials that signed it",
  NotImplemented: `the store does not support a header that the policies sign: compare them with ${docsPath("providers.md")}`,
};

async function explainRefusal(session: Session, answer: Answer): Promise<Finding> {
  const message = `an unchanged ticket was refused: ${statusOf(answer)}`;
  const guard = await tryOtherGuard(session);
  if (guard) return { name: "put", verdict: "bad", message, ...guard };
  if (answer.status === 501) {
    const fix = "set overwrite: true in its policies: the store refuses If-None-Match";
    return {
      name: "put",
      verdict: "bad",
      message,
      fix,
      setting: { capabilities: { noOverwrite: false } },
    };
  }
  const name =
    answer.code === "AccessDenied" || answer.code === "NotImplemented" ? "put" : "credentials";
  const fix = FIXES[answer.code ?? ""] ?? "find out why with npx edge-presigner explain";
  return { name, verdict: "bad", message, fix };
}

/** Returns the setting to change if the PUT fails only because of the copy guard. */
async function tryOtherGuard(
  session: Session,
): Promise<Pick<Finding, "fix" | "setting"> | undefined> {
  if (session.store.copyGuard === "none") return undefined;
  const unguarded = { ...session.store, copyGuard: "none" } as const;
  const admitted = await session.admit();
  const grant = { ...admitted.grant, store: unguarded };
  const answer = await put(session, await session.sign({ ...admitted, grant }));
  if (!isAccepted(answer)) return undefined;
  const fix = 'set copyGuard: "none": the store refuses a signed header that is not sent';
  return { fix, setting: { copyGuard: "none" } };
}

function compareClocks({ headers }: Answer, nowMs: number): Finding {
  const theirs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return unknown("clock", "the store sends no Date header");
  const apartMs = Math.abs(nowMs - theirs);
  // A Date header is in whole seconds.
  const message = `${Math.round(apartMs / 1000)} s difference`;
  if (apartMs <= SKEW_MS) return good("clock", message);
  const fix = "correct the clock of this machine: its signatures have the wrong date";
  return { name: "clock", verdict: "bad", message, fix };
}

/** Tests whether the Worker can read an object: completion needs it. */
async function tryReading(session: Session): Promise<readonly Finding[]> {
  const admitted = await session.admit();
  await putFirst(session, await session.sign(admitted));
  return [await tryHead(session, session.locate(admitted), true)];
}

/** Tests whether a missing object is 404: completion needs to tell it from a refusal. */
async function tryMissing(session: Session): Promise<readonly Finding[]> {
  return [await tryHead(session, session.locate(await session.admit()), false)];
}

async function tryHead(
  { reader, accessWith, hasReader }: Session,
  location: Parameters<typeof headObject>[0],
  isThere: boolean,
): Promise<Finding> {
  const name = isThere ? "reading" : "missing-is-404";
  const key = hasReader ? "the reading key" : "the writing key (there is no reading key)";
  try {
    const found = await headObject(location, accessWith(reader));
    if (isThere === (found !== undefined))
      return good(name, isThere ? `${key} finds the uploaded object` : "a missing object is 404");
    const message = isThere ? "the uploaded object is not found" : "a missing object is found";
    const fix = "check that endpoint and publicEndpoint are the same store";
    return { name, verdict: "bad", message, fix };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const fix = isThere
      ? "allow it to read objects (s3:GetObject): completion checks them"
      : "allow it to list the bucket (s3:ListBucket): without it a missing object is 403, and completion cannot tell that an upload is missing";
    return { name, verdict: "bad", message: `${key} is refused: ${error.logReason}`, fix };
  }
}

/** Tests whether the store checks the region: if not, a wrong one in the configuration goes unnoticed. */
async function tryRegion(session: Session): Promise<readonly Finding[]> {
  const { store } = session;
  const elsewhere = store.region === "us-west-2" ? "eu-west-1" : "us-west-2";
  const signer = createSigner(store.credentials, { region: elsewhere });
  const admitted = await session.admit();
  const url = await signer.presign({
    method: "PUT",
    origin: session.origin,
    basePath: store.basePath,
    key: session.locate(admitted).key,
    headers: { ...admitted.grant.headers, "content-length": String(session.body.length) },
    expiresInSeconds: 60,
    now: new Date(session.nowMs()),
  });
  const answer = await put(session, { url, headers: admitted.grant.headers });
  if (isRefused(answer)) return [good("region", `a wrong region is refused: ${statusOf(answer)}`)];
  if (!isAccepted(answer)) return [unknown("region", `the store answered ${statusOf(answer)}`)];
  const message =
    "any region is accepted: this store does not reveal a wrong one in presigner.config.ts";
  return [{ name: "region", verdict: "note", message }];
}
