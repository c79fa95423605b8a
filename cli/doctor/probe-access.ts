/** Whether the credentials work, the clocks agree, and the Worker can read what clients put. */
import { StoreUnavailable } from "../../src/store/request.ts";
import { headObject } from "../../src/store/object.ts";
import { createSigner } from "../../src/store/sigv4.ts";
import { isRefused, isTaken, statusOf, type Answer } from "./send-request.ts";
import { good, unknown, type Finding } from "./finding.ts";
import { putFirst, type Probe } from "./probe.ts";
import { put, type Session } from "./session.ts";

/** A signature is refused when clocks are 15 minutes apart (AWS: RequestTimeTooSkewed). */
const SKEW_MS = 60_000;

/** The first PUT: where it fails, nothing else can be tried. */
export const ACCESS: Probe = { name: "put", run: tryPut };

/** What comes after it. */
export const READING: readonly Probe[] = [
  { name: "reading", run: tryReading },
  { name: "missing-is-404", run: tryMissing },
  { name: "region", run: tryRegion },
];

async function tryPut(session: Session): Promise<readonly Finding[]> {
  const ticket = await session.sign(await session.admit());
  const answer = await put(session, ticket);
  const clock = compareClocks(answer, session.nowMs());
  if (isTaken(answer)) {
    const { pathname } = new URL(ticket.url);
    const path = pathname.split("/").slice(0, -1).join("/");
    return [
      good("credentials", "the store knows the writing key"),
      clock,
      good("put", `a ticket was taken: ${statusOf(answer)}, under ${path}/`),
    ];
  }
  return [await explainRefusal(session, answer), clock];
}

/** What a refused PUT is most likely about. */
const MENDS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "check …_ACCESS_KEY_ID: the store does not know it",
  Unauthorized: "check …_ACCESS_KEY_ID: the store does not know it",
  SignatureDoesNotMatch:
    "check …_SECRET_ACCESS_KEY, and that region, endpoint and addressing are the bucket's",
  AuthorizationHeaderMalformed: "set region to the bucket's own",
  AuthorizationQueryParametersError: "set region to the bucket's own",
  PermanentRedirect: "set region to the bucket's own",
  TemporaryRedirect: "wait until the new bucket is known everywhere, or set its region",
  NoSuchBucket: "create the bucket, or mend its name in presigner.config.ts",
  AccessDenied: "let the writing key put under the prefixes of the policies: edge-presigner setup",
  RequestTimeTooSkewed: "set this machine's clock",
  InvalidTokenId: "set …_SESSION_TOKEN to the one of this key, or take it away",
  ExpiredToken: "get new temporary credentials: tickets live no longer than they do",
  NotImplemented: "the store cannot do what the policies sign: see the settings below",
};

async function explainRefusal(session: Session, answer: Answer): Promise<Finding> {
  const says = `a plain ticket was refused: ${statusOf(answer)}`;
  const guard = await tryOtherGuard(session);
  if (guard) return { name: "put", verdict: "bad", says, ...guard };
  if (answer.status === 501) {
    const mend = "say overwrite: true in its policies: the store refuses If-None-Match";
    return {
      name: "put",
      verdict: "bad",
      says,
      mend,
      setting: { capabilities: { noOverwrite: false } },
    };
  }
  const name =
    answer.code === "AccessDenied" || answer.code === "NotImplemented" ? "put" : "credentials";
  const mend =
    MENDS[answer.code ?? ""] ?? "npx edge-presigner explain tells what a refusal is about";
  return { name, verdict: "bad", says, mend };
}

/** Whether the guard against copies is what breaks the PUT. */
async function tryOtherGuard(
  session: Session,
): Promise<Pick<Finding, "mend" | "setting"> | undefined> {
  if (session.store.copyGuard === "none") return undefined;
  const unguarded = { ...session.store, copyGuard: "none" } as const;
  const admitted = await session.admit();
  const grant = { ...admitted.grant, store: unguarded };
  const answer = await put(session, await session.sign({ ...admitted, grant }));
  if (!isTaken(answer)) return undefined;
  const mend = 'set copyGuard: "none": this store refuses a signed header that is not sent';
  return { mend, setting: { copyGuard: "none" } };
}

function compareClocks({ headers }: Answer, nowMs: number): Finding {
  const theirs = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return unknown("clock", "the store tells no date");
  const apartMs = Math.abs(nowMs - theirs);
  // A Date header is in whole seconds.
  const says = `${Math.round(apartMs / 1000)} s apart`;
  if (apartMs <= SKEW_MS) return good("clock", says);
  const mend = "set this machine's clock: what it signs is dated wrong";
  return { name: "clock", verdict: "bad", says, mend };
}

/** The Worker's own eyes: it reads each upload. */
async function tryReading(session: Session): Promise<readonly Finding[]> {
  const admitted = await session.admit();
  await putFirst(session, await session.sign(admitted));
  return [await tryHead(session, session.locate(admitted), true)];
}

/** And needs 404 for what is not there. */
async function tryMissing(session: Session): Promise<readonly Finding[]> {
  return [await tryHead(session, session.locate(await session.admit()), false)];
}

async function tryHead(
  { reader, asking, hasReader }: Session,
  location: Parameters<typeof headObject>[0],
  isThere: boolean,
): Promise<Finding> {
  const name = isThere ? "reading" : "missing-is-404";
  const key = hasReader ? "the reading key" : "the writing key, which reads too,";
  try {
    const found = await headObject(location, asking(reader));
    if (isThere === (found !== undefined))
      return good(name, isThere ? `${key} sees what was put` : "an object that is absent is 404");
    const says = isThere ? "what was put is not there" : "an object that is absent is there";
    const mend = "check that endpoint and publicEndpoint are the same store";
    return { name, verdict: "bad", says, mend };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const mend = isThere
      ? "let it read the objects (s3:GetObject): completion looks at them"
      : "let it list the bucket (s3:ListBucket): without it an absent object is 403, and no upload can be told missing";
    return { name, verdict: "bad", says: `${key} may not: ${error.logReason}`, mend };
  }
}

/** A wrong region in the configuration is noticed only where the store looks at it. */
async function tryRegion(session: Session): Promise<readonly Finding[]> {
  const { store } = session;
  const elsewhere = store.region === "us-west-2" ? "eu-west-1" : "us-west-2";
  const signer = createSigner(store.credentials, { region: elsewhere });
  const admitted = await session.admit();
  const url = await signer.presign({
    method: "PUT",
    origin: session.origin,
    basePath: store.basePath,
    key: admitted.key.encoded,
    headers: { ...admitted.grant.headers, "content-length": String(session.body.length) },
    expiresInSeconds: 60,
    now: new Date(session.nowMs()),
  });
  const answer = await put(session, { url, headers: admitted.grant.headers });
  if (isRefused(answer)) return [good("region", `another region is refused: ${statusOf(answer)}`)];
  if (!isTaken(answer)) return [unknown("region", `the store answered ${statusOf(answer)}`)];
  const says = "any region is taken: a wrong one in presigner.config.ts is not noticed here";
  return [{ name: "region", verdict: "note", says }];
}
