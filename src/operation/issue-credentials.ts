/** Issues temporary credentials for the caller's own prefix. They are given once, and kept nowhere. */
import type { Caller } from "../grant/authenticate.ts";
import {
  authorizeCredentials,
  findCredentialPolicy,
  prefixOf,
  type CredentialGrant,
  type CredentialIntent,
} from "../grant/authorize-credentials.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { assumeRole } from "../store/assume-role.ts";
import { signR2Credentials } from "../store/r2-credentials.ts";
import type { TemporaryCredentials } from "../store/scoped-access.ts";
import { sessionPolicy } from "../store/session-policy.ts";
import { createSigner } from "../store/sigv4.ts";
import { askApp } from "./ask-app.ts";
import { timeOf } from "./locate.ts";
import { reportGiven, watchTicket } from "./watch-ticket.ts";

export interface IssuedCredentials {
  readonly grant: CredentialGrant;
  readonly credentials: TemporaryCredentials;
  readonly issuedAtMs: number;
}

/** Returns the credentials. Throws the problem of the first rule that is broken, and `store-unavailable`. */
export function issueCredentials(
  service: Service,
  caller: Caller,
  intent: CredentialIntent,
): Promise<IssuedCredentials> {
  const request = { kind: "credentials", policy: intent.policy } as const;
  return watchTicket(service, request, () => authorizeAndIssue(service, caller, intent));
}

async function authorizeAndIssue(
  service: Service,
  caller: Caller,
  intent: CredentialIntent,
): Promise<IssuedCredentials> {
  const policy = findCredentialPolicy(service.config, caller, intent.policy);
  const { actions = policy.actions } = intent;
  const question = {
    action: "credentials",
    policy: policy.name,
    prefix: prefixOf(policy, caller),
    actions,
  } as const;
  const restricted = await askApp(service, caller, question);
  // In whole seconds, as tokens and answers have them.
  const issuedAtMs = Math.floor(service.now() / 1000) * 1000;
  const grant = authorizeCredentials(policy, restricted, intent, new Date(issuedAtMs));
  const credentials = await issueFor(service, grant, new Date(issuedAtMs));
  // What the store's own logs call the session, and nothing that could be used.
  service.log("credentials-issued", {
    policy: policy.name,
    store: policy.store.name,
    actions: grant.actions,
    session: caller.digest,
    expiresAt: credentials.expiresAt.toISOString(),
  });
  const given = { policy: policy.name, store: policy.store.name };
  const act = {
    type: "credentials.issued",
    ...given,
    prefix: grant.prefix,
    actions: grant.actions,
    expiresAt: credentials.expiresAt.toISOString(),
  } as const;
  reportGiven(service, { kind: "credentials", ...given, act });
  return { grant, credentials, issuedAtMs };
}

/** Returns what the store gives for a grant. Throws `forbidden` and `store-unavailable`. */
export function issueFor(
  { fetch, now: clock, log, watch }: Pick<Service, "fetch" | "now" | "log" | "watch">,
  { policy, caller, ...access }: CredentialGrant,
  now: Date,
): Promise<TemporaryCredentials> {
  const { store, parent, roleArn } = policy;
  if (store.provider.scopedCredentials?.kind === "r2-token")
    return signR2Credentials(store, parent, { ...access, now });
  const partition = roleArn?.split(":")[1] ?? "aws";
  const written = sessionPolicy({ ...access, partition, bucket: store.bucket });
  if (written === undefined)
    throw new Problem("forbidden", "The user's id is too long for credentials of this store");
  const role = {
    roleArn,
    sessionName: caller.digest,
    sessionPolicy: written,
    durationSeconds: access.expiresInSeconds,
  };
  const signer = createSigner(parent, { region: store.region, service: "sts" }, log);
  return assumeRole(store, role, { signer, now: clock, fetch, time: timeOf(watch) });
}
