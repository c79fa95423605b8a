/** Tests whether the two keys can do what quarantine needs, and nothing else (docs/quarantine.md). */
import type { Policy } from "../../src/config/config.ts";
import { deleteObject, findObject } from "../../src/store/object.ts";
import type { ObjectLocation, Store } from "../../src/store/store.ts";
import { ADVICE } from "../setup/advice.ts";
import { isQuarantined } from "../setup/bucket-use.ts";
import { good, unknown, type Finding } from "./finding.ts";
import { Inconclusive, type Probe } from "./probe.ts";
import { promoteSample, storePending } from "./promote-sample.ts";
import { isAccepted, isRefused, statusOf, type Answer } from "./send-request.ts";
import { put, type Session } from "./session.ts";

const SETUP = "npx edge-presigner setup prints the permissions";
const WRONG_ETAG = "0".repeat(32);

export const QUARANTINE: readonly Probe[] = [
  { name: "quarantine-writer", run: async (session) => tryEach(session, tryWriter) },
  { name: "quarantine-copy", run: async (session) => tryEach(session, tryCopy) },
  { name: "quarantine-condition", run: async (session) => tryEach(session, tryCondition) },
  { name: "quarantine-delete", run: async (session) => tryEach(session, tryDelete) },
];

type Attempt = (session: Session, policy: Policy) => Promise<Finding>;

/** Returns the finding of the first policy with a problem: each has prefixes, and so rights, of its own. */
async function tryEach(session: Session, attempt: Attempt): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const policy of session.policies.filter(isQuarantined)) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as all probes
    findings.push(await attempt(session, policy));
  }
  const worst = findings.find(({ verdict }) => verdict !== "good") ?? findings[0];
  return worst ? [worst] : [];
}

interface Write {
  readonly verb: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Tries what the writing key must not do: to write under a final key, with a body and with a copy. */
async function tryWriter(session: Session, policy: Policy): Promise<Finding> {
  const name = "quarantine-writer";
  const { admitted, pending, final } = await storePending(session, policy);
  const source = { "x-amz-copy-source": `${session.store.bucket}/${pending.key}` };
  const attempts: readonly Write[] = [
    { verb: "writes", headers: admitted.grant.headers, body: session.body },
    { verb: "copies files to", headers: source, body: new Uint8Array() },
  ];
  for (const attempt of attempts) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as all probes
    const answer = await writeFinal(session, final, attempt);
    if (isAccepted(answer)) return writesFinal(session, policy, attempt);
    if (!isRefused(answer)) return unknown(name, `the store answered ${statusOf(answer)}`);
  }
  return good(name, `the writing key can write no final key of ${policy.name}`);
}

function writesFinal({ store, isEmbedded }: Session, policy: Policy, { verb }: Write): Finding {
  const name = "quarantine-writer";
  const message = `the writing key ${verb} final keys of ${policy.name}`;
  const { isReaderOptional } = ADVICE[store.providerName];
  if (isEmbedded || isReaderOptional) {
    const why = `${message}: keys of ${store.provider.title} cannot be restricted to a prefix`;
    return { name, verdict: "note", message: why };
  }
  const fix = `allow it to write the pending keys alone: ${SETUP}`;
  return { name, verdict: "bad", message, fix };
}

/** Promotes a file as the Worker does. One that can be larger than a single copy also in parts. */
async function tryCopy(session: Session, policy: Policy): Promise<Finding> {
  const name = "quarantine-copy";
  const { store } = session;
  const { copies } = store.provider;
  const ways = [store];
  if (copies && policy.maxBytes > copies.maxBytes) ways.push(copyingInParts(store));
  for (const way of ways) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as all probes
    const promotion = await promoteSample(session, policy, { store: way });
    if (promotion.error === undefined) continue;
    const how = way === store ? "" : " in parts";
    const message = `the reading key cannot copy${how} to the final keys of ${policy.name}: ${promotion.error}`;
    return { name, verdict: "bad", message, fix: `allow it to: ${SETUP}` };
  }
  return good(name, "the reading key copies a pending file to its final key");
}

/** Tries the condition with an ETag that the object does not have. */
async function tryCondition(session: Session, policy: Policy): Promise<Finding> {
  const name = "quarantine-condition";
  const { store } = session;
  const first = await promoteSample(session, policy, { store });
  if (first.error !== undefined)
    throw new Inconclusive(`not tested: a copy with the right ETag failed: ${first.error}`);
  const { error } = await promoteSample(session, policy, { store, etag: WRONG_ETAG });
  const isTrusted = store.provider.copies?.trust === "enforced";
  if (error === undefined)
    return {
      name,
      verdict: "bad",
      message: "a copy on the condition of another ETag was made: the condition is ignored",
      fix: "set the capabilities below, and use another store for policies with quarantine",
      setting: { capabilities: { copies: false } },
    };
  const finding = good(name, `a copy on the condition of another ETag is refused: ${error}`);
  return isTrusted ? finding : { ...finding, setting: { capabilities: { copies: true } } };
}

async function tryDelete(session: Session, policy: Policy): Promise<Finding> {
  const name = "quarantine-delete";
  const { store } = session;
  const { error, pending, final } = await promoteSample(session, policy, { store });
  if (error !== undefined) throw new Inconclusive(`not tested: the copy failed: ${error}`);
  for (const location of [pending, final]) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as all probes
    if (await isDeleted(session, location)) continue;
    const which = location === pending ? "pending files" : "copies";
    const message = `the reading key cannot delete ${which} of ${policy.name}`;
    return { name, verdict: "bad", message, fix: `allow it to: ${SETUP}` };
  }
  return good(name, "the reading key deletes the pending file, and a copy");
}

async function isDeleted({ accessWith, reader }: Session, location: ObjectLocation) {
  const access = accessWith(reader);
  return (
    (await deleteObject(location, access)) && (await findObject(location, access)) === undefined
  );
}

/** Returns the store with limits at which the sample is copied as one part. */
function copyingInParts(store: Store): Store {
  const { provider } = store;
  const copies = provider.copies && { ...provider.copies, maxBytes: 1 };
  return { ...store, provider: { ...provider, copies, maxParts: 1 } };
}

async function writeFinal(
  session: Session,
  { key }: ObjectLocation,
  { headers, body }: Write,
): Promise<Answer> {
  const { origin, store, writer, nowMs } = session;
  const url = await writer.presign({
    method: "PUT",
    origin,
    basePath: store.basePath,
    key,
    headers: { ...headers, "content-length": String(body.length) },
    expiresInSeconds: 60,
    now: new Date(nowMs()),
  });
  return put(session, { url, headers }, { body });
}
