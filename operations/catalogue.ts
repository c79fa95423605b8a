/**
 * What each event of the log means, and what to do when it comes: docs/operations.md, which
 * `npm run operations` writes. TypeScript refuses an event or a field that is not in src/events.ts, and one
 * that is not here.
 */
import type { EventFields, EventName, FieldName } from "../src/events.ts";

/** Whether a line always has the field. */
type Presence<Value> = undefined extends Value ? "if known" : "always";

export interface EventText<Name extends EventName = EventName> {
  readonly fields: {
    readonly [Field in keyof EventFields[Name]]-?: Presence<EventFields[Name][Field]>;
  };
  readonly means: string;
  /** For somebody who was woken up by it: one paragraph each. */
  readonly todo: readonly string[];
}

export const EVENTS: { readonly [Name in EventName]: EventText<Name> } = {
  "abort-failed": {
    fields: { reason: "if known" },
    means:
      "An open multipart upload of a user whose rights were revoked could not be aborted. The answer of the admin's request counts it.",
    todo: [
      "Revoke again: it tries the rest once more. Its parts cannot be completed through this service, and a lifecycle rule of the store removes them.",
    ],
  },
  "admin-called": {
    fields: { requestId: "always", method: "always", route: "always", admin: "always" },
    means: "An admin has called a route of `/v1/admin`.",
    todo: [
      "Nothing, if it was one of you. If not: take the admin's right away at the issuer, and deploy without that issuer, or with another audience, as its tokens are valid until they expire.",
    ],
  },
  "alarm-failed": {
    fields: { reason: "if known" },
    means:
      "One step of a ledger's alarm has failed in the service itself: to settle uploads, to look at stored objects, or to send webhooks or events of the audit. The other steps have run, and the alarm comes again.",
    todo: [
      "Nothing is lost: uploads stay pending, and messages stay in the outbox. Did it begin with a deployment? Then [roll back](upgrade.md). Does `reason` speak of storage or of the platform? Then see Cloudflare's status page for Durable Objects. Otherwise report it, with the `reason`.",
    ],
  },
  "audit-failed": {
    fields: { events: "always", status: "if known", reason: "if known" },
    means: "The queue or the receiver of the [audit](audit.md) has not taken a batch of events.",
    todo: [
      "Look at the receiver: `status` is its answer. Events of policies with a quota wait in their ledgers for three days, and come again. All others are lost: `audit-lost` counts them.",
    ],
  },
  "audit-lost": {
    fields: { events: "always" },
    means:
      "Events of the [audit](audit.md) were not taken, and do not come again: they belong to no ledger, or have waited in one for three days.",
    todo: [
      "Repair the receiver, or send the audit to a queue, which takes what a receiver cannot. What is missing is in the log: the lines of the [requests](#request), if they are written, and `upload-settled`.",
    ],
  },
  "cleanup-failed": {
    fields: { upload: "always", reason: "if known" },
    means: "The store has failed while `complete` deleted an object that was rejected or aborted.",
    todo: [
      "Nothing at night. Under a quota the ledger's alarm deletes it later. Without one the object stays, unless the bucket has a lifecycle rule for it. If there are many, the store is down: see `request-failed` with `store-unavailable`.",
    ],
  },
  "cleanup-refused": {
    fields: { upload: "always", store: "always" },
    means:
      "Neither the reading key nor the writing key may delete, so that a rejected or aborted file stays in the bucket.",
    todo: [
      "Give the reading key the right to delete: `npx edge-presigner setup` prints its permissions, and `npx edge-presigner doctor` tries them. Under a quota the alarm then deletes the file by itself, at the latest before its record is deleted.",
      "Until then the file can be read by whoever may read under its key. It was refused for its size, type, checksum or metadata.",
    ],
  },
  "copy-in-prefix": {
    fields: { bucket: "always", key: "always", source: "if known" },
    means:
      "Something was copied inside the store to where only tickets should store. A ticket with a smuggled `x-amz-copy-source` would look like this.",
    todo: [
      "Find out who has copied: the access log of the bucket has the access key. Was it a job of your own? Then let it write elsewhere.",
      "Was it the Worker's writing key? Then the store lets a ticket copy other users' objects: delete the copy, give the Worker [a key that cannot read](configuration.md#the-writing-key), rotate the old one, and run `npx edge-presigner doctor`, which tries such a copy.",
    ],
  },
  "credentials-issued": {
    fields: {
      policy: "always",
      store: "always",
      actions: "always",
      session: "always",
      expiresAt: "always",
    },
    means: "A job has got temporary credentials for one prefix.",
    todo: [
      "Nothing. To see what was done with them, look for `session` in CloudTrail, or in the store's own log.",
    ],
  },
  "directory-full": {
    fields: { kind: "always" },
    means:
      "More than 1,000 ledgers are stuck with their webhooks or their clean-up, so that the list of what is stuck is not complete.",
    todo: [
      "Nothing is lost. So many do not fail each by themselves: the receiver of webhooks, or a store, is down. Look for `webhook-failed` and `settle-failed`.",
    ],
  },
  "event-failed": {
    fields: { attempts: "always", reason: "if known" },
    means:
      "The store, the ledger or the configuration has failed while an event of a bucket was handled. The message comes again, after 10 seconds and up to 10 minutes.",
    todo: [
      "Wait, while `attempts` is small. If it grows, look for `ledger-failed`, `misconfigured` and the store named in `reason`. After `max_retries` the queue drops the message. The alarm settles the upload all the same, but deletions by others are then not counted: `npx edge-presigner reconcile` shows for which users.",
    ],
  },
  "event-refused": {
    fields: { errors: "always" },
    means:
      "A message of the queue is no event of a bucket. It was acknowledged, and does not come again.",
    todo: [
      "Something else writes to this queue: give the events a queue of their own. Is it R2 itself? Then its format has changed: report it, with `errors`.",
    ],
  },
  "hook-failed": {
    fields: { reason: "if known" },
    means:
      "`onGranted` or `onCompleted` of your app has thrown, or has taken more than 25 seconds. The answer was not affected.",
    todo: [
      "Look at your own code: the log has the name of what was thrown, and not its message. The hook is not called again for this upload. What must not be missed belongs into [a webhook](lifecycle.md#webhooks), which is sent again.",
    ],
  },
  "ledger-failed": {
    fields: { reason: "if known" },
    means:
      "A ledger has not answered. The request got 503 `ledger-unavailable` and nothing was signed. `GET /v1/policies` leaves out what remains.",
    todo: [
      "Read `reason`. `overloaded`: one ledger gets more than it can handle, which is one team under `quotaFor`, or one client in a loop: find it by `caller` in the lines of its requests. `no binding LEDGER`: `wrangler.toml` lost it. `Network connection lost`, or that the code was updated: a deployment or a moved object, over after seconds.",
      "Does every ledger fail for minutes? Then see Cloudflare's status page for Durable Objects. Policies without a quota go on. Clients try again by themselves. Removing `quota` from a policy lets its users upload again, without any limit, and is only for policies whose users you trust.",
    ],
  },
  "look-failed": {
    fields: { store: "always", attempts: "always", reason: "if known" },
    means:
      "The alarm could not ask the store for an object that may be gone. It counts until the store answers. The alarm asks for about a week.",
    todo: [
      "Nothing at night. If it lasts, see whether the reading key may still send HEAD: `npx edge-presigner doctor`.",
    ],
  },
  "metrics-failed": {
    fields: { reason: "if known" },
    means:
      "Workers Analytics Engine has refused a data point: a request may write 250 of them. There is one line for each isolate.",
    todo: ["Nothing at night: [metrics](metrics.md) are incomplete, and nothing else is affected."],
  },
  misconfigured: {
    fields: { errors: "always" },
    means:
      "The configuration, a secret or a binding is invalid. Every request gets 503 `misconfigured`, and alarms wait.",
    todo: [
      "`errors` has each one with its path, and says what to change. It begins with a deployment or with a changed secret: [roll back](upgrade.md), or set the secret again. Nothing is lost meanwhile.",
      "`npx edge-presigner check-config` finds all of it but the values of secrets before a deployment.",
    ],
  },
  "open-uploads-unread": {
    fields: { reason: "if known" },
    means:
      "After a revocation, a store or a ledger could not list the open multipart uploads of the user.",
    todo: [
      "The revocation holds all the same. Revoke again when the store answers, to abort what is open. `AccessDenied`: a key may not list multipart uploads, and `npx edge-presigner setup` prints the right.",
    ],
  },
  "presigner-differs": {
    fields: {},
    means:
      "The fast presigner has signed another URL than aws4fetch. The Worker goes on with aws4fetch: tickets are right, and take more CPU time.",
    todo: ["Nothing at night. It is a bug of this service: report it, with the kind of the store."],
  },
  "promotion-failed": {
    fields: { upload: "always", reason: "if known" },
    means:
      "A file under [quarantine](quarantine.md) could not be promoted after its client got 202: the store or the ledger has failed meanwhile.",
    todo: [
      "Nothing for one: the next `complete` of the client, or the ledger's alarm, goes on where it stopped. The file stays under its prefix until then, and nobody can read it.",
      "For many, read `reason`. A `PUT` or `CopyObject` that returned 403 or `AccessDenied`: a key has lost a right, which `npx edge-presigner doctor` shows ([what each key needs](quarantine.md#what-each-key-needs)). No readable response: see the provider's status page. A ledger that did not answer: see `ledger-failed`. If the store fails for a week, the uploads expire.",
    ],
  },
  "rate-limit-failed": {
    fields: { reason: "if known" },
    means:
      "A rate-limit binding is missing or has failed, so that requests passed without being counted. Of a missing one there is one line for each new isolate.",
    todo: [
      "`has no binding`: add it to `wrangler.toml`, [with the limits](configuration.md#set-the-rate-limits). Otherwise the platform has failed: floods are not damped meanwhile, and quotas hold all the same.",
    ],
  },
  request: {
    fields: {
      requestId: "always",
      method: "always",
      route: "always",
      status: "always",
      code: "always",
      policy: "if known",
      store: "if known",
      granted: "if known",
      refused: "if known",
      bytes: "if known",
      caller: "if known",
      country: "if known",
      deployment: "if known",
      totalMs: "always",
      authMs: "always",
      hookMs: "always",
      ledgerMs: "always",
      storeMs: "always",
      scannerMs: "always",
    },
    means:
      "A request has ended. It is written only where [`logging.requests`](configuration.md#logging) asks for it.",
    todo: [
      "Nothing: it is there to be searched. Requests are slow? Compare `ledgerMs`, `storeMs`, `scannerMs`, `hookMs` and `authMs` with `totalMs`.",
    ],
  },
  "request-failed": {
    fields: { requestId: "always", code: "always", reason: "if known" },
    means:
      "A request has failed because of the service, its configuration, a ledger or a store: the answer has a status of 500 or more.",
    todo: [
      "`store-unavailable`: the store has not answered, or not as S3 does; `reason` says what was sent and what came back. `403` or `AccessDenied`: the key was rotated or has lost rights, which `npx edge-presigner doctor` shows. No readable response: see the provider's status page. Tickets for single files go on, as they are signed without the store. Completions wait, and are settled later by the client or the alarm.",
      "`ledger-unavailable`: see `ledger-failed`. `misconfigured`: see the event of that name, or give the reading key the right to delete.",
      "`internal`: a bug, or a hook of your app that has thrown (`The hook …`). Did it begin with a deployment? Then [roll back](upgrade.md). Clients have the same `requestId` in their answer.",
    ],
  },
  "request-refused": {
    fields: { requestId: "always", code: "always", reason: "if known" },
    means: "A request got a problem that its client can do something about: a status below 500.",
    todo: [
      "Nothing for one. For many, group them by `code`.",
      "`unauthenticated`: read `reason`. That the issuer is unknown, or a claim has another value: tokens of another environment, or a changed audience. That keys cannot be fetched: the issuer is down; tokens with known keys work for 24 hours. That a token is expired: a client that does not refresh it.",
      "`origin-not-allowed`: a new page, whose origin is not in `origins`. `rate-limited`, `quota-exceeded`: a client in a loop, or a limit that is too low. `invalid-request`, `type-not-allowed`: a new release of your app. `verification-failed`: clients that complete before their PUT has ended, or send another file than they announced.",
    ],
  },
  "revocations-unread": {
    fields: { reason: "if known" },
    means:
      "An isolate could not read what was revoked. It goes on with what it has read in the last 60 seconds, and tries again.",
    todo: [
      "Nothing for a few. If it lasts, requests get 503 `ledger-unavailable`, as nobody knows who may still do something: see `ledger-failed`. `revocations: false` in the configuration lets all requests pass without that check, also those of whom you have stopped.",
    ],
  },
  "scanner-failed": {
    fields: { upload: "always", reason: "if known" },
    means:
      "The scanner of a policy gave no verdict about a file. Nothing was promoted, and nothing rejected: clients get 202, and the scanner is asked again by the next `complete`, or by the alarm with growing delays up to an hour.",
    todo: [
      "For one, nothing. For many, the scanner is down or refuses: uploads of its policies wait, and expire after a week. Read `reason`. `answered 401` or `403`: it has another secret than the policy's `scanner.secret`. `answered 503`: it asks to be asked again, as for a database of signatures that is being loaded. No readable answer: it is down, redirects, or takes more than 25 seconds. No verdict, or another ETag: its answer is not [what it has to be](quarantine.md#the-scanner).",
      "`npx edge-presigner doctor` asks the scanner once. Do not take the scanner out of the policy to let uploads through: then the files that wait are promoted unscanned.",
    ],
  },
  "settle-failed": {
    fields: { upload: "always", attempts: "always", reason: "if known" },
    means:
      "The alarm could not ask the store for an upload, could not promote its file out of [quarantine](quarantine.md), or could not clean up after it. It tries again after a minute, and up to an hour, for a week.",
    todo: [
      "Nothing is lost: the file is in the store, and the upload is pending in its ledger. With `attempts` above 8 the store, or the scanner, has refused for hours: look at `reason`, and run `npx edge-presigner doctor`. After a week the upload expires.",
    ],
  },
  "undo-failed": {
    fields: { upload: "always", store: "always", failed: "always" },
    means:
      "A multipart upload was created, then something failed, and it could not be aborted, or its bytes not be released.",
    todo: [
      "Nothing at night. Its parts are empty, as no ticket was given. Under a quota the alarm releases the bytes, 15 minutes after the ticket would have expired. A lifecycle rule aborts the upload in the store: `npx edge-presigner setup` prints it.",
    ],
  },
  "unexplained-object": {
    fields: { bucket: "always", key: "always", source: "if known" },
    means:
      "An object is where tickets store, and no ticket explains it: no template makes its key, or its owner's ledger has no such upload.",
    todo: [
      "Did your backend, a job or a person store it? Then let them write under another prefix. Is it of before the policy had its quota, or is the event older than the record? Then it is a false alarm.",
      "Otherwise somebody has the writing key, or a ticket that can be used for other keys: rotate the key, and run `npx edge-presigner doctor`.",
    ],
  },
  "upload-settled": {
    fields: {
      upload: "always",
      policy: "always",
      store: "always",
      uploadStatus: "always",
      by: "always",
      bytes: "if known",
      sinceGrantMs: "always",
      sinceCheckMs: "if known",
    },
    means:
      "An upload has ended: by its client, by an event, or by the alarm. Without a ledger there is a line for each time that it is completed. Of a file whose check went on after its client got 202 this is the only line: no request ends with it.",
    todo: [
      "Nothing: it is there to be searched for one upload.",
      'A client waits long for a file under [quarantine](quarantine.md)? `sinceCheckMs` says how long its check took in all. With `by: "alarm"` no client has asked again.',
    ],
  },
  "webhook-dropped": {
    fields: { message: "always", attempts: "always", delivery: "always" },
    means:
      "A message will not be sent again: its receiver has answered 410 (`gone`), or has failed for three days (`failed`).",
    todo: [
      "Your backend does not know of this upload. The file is in the store, and the upload's record is there for seven days: `GET /v1/uploads` with a token of its user has it. Repair the receiver, then tell it of what it has missed. `message` is the upload's name and its status.",
    ],
  },
  "webhook-failed": {
    fields: { message: "always", status: "if known", reason: "if known" },
    means:
      "One attempt to send a message has failed. It is sent again after 5 seconds, 30 seconds, 2 minutes, 10 minutes, then every hour for three days.",
    todo: [
      "Nothing for one. For many, read `status`. 401 or 403: the receiver has another `WEBHOOK_SECRET`. 3xx: redirects are not followed, so put the final URL into `webhook.url`. 5xx: look into the receiver's log, under the same `webhook-id`. `TimeoutError`: the receiver has 15 seconds, so let it accept first and work later. `410` ends all retries of that message.",
      "You have three days until messages are dropped.",
    ],
  },
  "webhook-sent": {
    fields: { message: "always", attempts: "always", ageMs: "always" },
    means: "The receiver has accepted a message.",
    todo: ["Nothing: it is there to be searched for one upload."],
  },
};

export const FIELDS: Readonly<Record<FieldName, string>> = {
  actions: "What the credentials allow",
  admin: "The admin, as a digest made as that of `caller`",
  ageMs: "Since the message was written, in milliseconds",
  attempts: "How often it was tried, with this time",
  authMs: "Until the caller was known, in milliseconds of waiting",
  bucket: "The bucket's name",
  by: "Who has found out: a `request` of a client, an app or a bucket's event, or the ledger's `alarm`",
  bytes: "Of `request` what was granted, of `upload-settled` what is stored",
  caller:
    "The first 32 hexadecimal digits of the SHA-256 of issuer and user: [how to find a user](configuration.md#logging)",
  code: "`ok`, or the code of the [problem](protocol.md#problems)",
  country: "Where the request came from: two letters",
  delivery: "`gone` or `failed`",
  deployment: "The id of the deployed version",
  errors: "What is wrong, each with its path",
  events: "How many",
  expiresAt: "When the credentials end",
  failed: "How many of the steps have failed",
  granted: "How many tickets were given",
  hookMs: "For the app's `authorize`, in milliseconds of waiting",
  key: "The key, percent-encoded",
  kind: "What is stuck",
  ledgerMs: "For ledgers, in milliseconds of waiting",
  message: "The `webhook-id`: the upload's name and its status",
  method: "The HTTP method; `RPC` for a service binding",
  policy: "The policy's name; `*` for several",
  reason:
    "Why: a message of this service, or the name or the code of another error. Nothing that a client sent",
  refused: "How many tickets were refused",
  requestId: "The `x-request-id` of the answer, and the `requestId` of a problem",
  route: "The pattern of the route, or the name of the method of a service binding",
  scannerMs: "For scanners of files under [quarantine](quarantine.md), in milliseconds of waiting",
  session: "The name of the session in the store's own log: a digest of the user",
  sinceCheckMs:
    "Since the first try to check a file under [quarantine](quarantine.md), in milliseconds",
  sinceGrantMs: "Since the ticket was given, in milliseconds",
  source: "Where it was copied from, percent-encoded",
  status: "The status of the answer, of `webhook-failed` and `audit-failed` that of the receiver",
  store: "The store's name; `*` for several",
  storeMs: "For stores, in milliseconds of waiting",
  totalMs: "For everything, in milliseconds of waiting",
  upload: "The upload's name: the `jti` of its receipt, `data.id` of its webhook",
  uploadStatus: "`completed`, `rejected`, `expired` or `aborted`",
};
