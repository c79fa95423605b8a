/** Tests the POST forms of the policies that have them: what was granted is stored, and each change is refused. */
import { signForm, type Form } from "../../src/operation/form.ts";
import { isAccepted, isRefused, statusOf, type Answer } from "./send-request.ts";
import { admitSample } from "./admit-sample.ts";
import { good, unknown, type Finding } from "./finding.ts";
import type { Probe } from "./probe.ts";
import type { Session } from "./session.ts";

const NAME = "post-form";
const FIX = "remove postForm from the policies of this store";

interface Change {
  readonly what: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const CHANGES: readonly Change[] = [
  { what: "a longer file", body: new Uint8Array(1024) },
  { what: "another type", fields: { "content-type": "text/x-edge-presigner-doctor" } },
  { what: "an added acl", fields: { acl: "public-read" } },
  { what: "an added redirect", fields: { success_action_redirect: "https://doctor.invalid/" } },
  { what: "added metadata", fields: { "x-amz-meta-edge-presigner-doctor": "x" } },
];

export const FORMS: Probe = { name: NAME, run: tryForms };

async function tryForms(session: Session): Promise<readonly Finding[]> {
  const policy = session.policies.find(({ postForm }) => postForm);
  if (!policy) return [];
  const sign = async () => signSample(session, policy);
  const first = await send(session, await sign());
  if (isRefused(first)) {
    const message = `the store refuses a form: ${statusOf(first)}`;
    const setting = { capabilities: { postForms: false } };
    return [{ name: NAME, verdict: "bad", message, fix: FIX, setting }];
  }
  if (!isAccepted(first)) return [unknown(NAME, `the store answered ${statusOf(first)}`)];
  for (const change of CHANGES) {
    // oxlint-disable-next-line no-await-in-loop -- without a burst of refusals
    const answer = await send(session, await sign(), change);
    if (isRefused(answer)) continue;
    const result = `${change.what} in a form: ${statusOf(answer)}`;
    // A redirect is what a form does when it was stored.
    const isStored = isAccepted(answer) || answer.status === 303;
    if (!isStored) return [unknown(NAME, `the store answered ${result}`)];
    return [{ name: NAME, verdict: "bad", message: `the store accepts ${result}`, fix: FIX }];
  }
  return [good(NAME, "a form stores what it was signed for, and each change is refused")];
}

type FormPolicy = Session["policies"][number];

/** A form of the policy, for the sample under a key of its own. */
async function signSample(session: Session, policy: FormPolicy): Promise<Form> {
  const { config, store, embeddedOrigin: requestOrigin, newId, writer } = session;
  session.signal.throwIfAborted();
  const nowMs = session.nowMs();
  const admitted = await admitSample(config, { policy, store }, { nowMs, newId, requestOrigin });
  session.cleanup.addObject(session.locate(admitted));
  return signForm(admitted, { signer: writer, now: new Date(nowMs) });
}

/** Sends the form as a browser does. */
async function send(
  { sendRequest, body }: Session,
  { url, fields }: Form,
  change: Omit<Change, "what"> = {},
): Promise<Answer> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...change.fields }))
    form.append(name, value);
  form.append("file", new Blob([change.body ?? body]));
  return sendRequest(url, { method: "POST", body: form });
}
