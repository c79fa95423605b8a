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
      "After a revocation, an open multipart upload of the user could not be aborted. The answer to the admin counts it.",
    todo: [
      "Revoke again: it retries those that are left. The upload cannot be completed through this service, and a lifecycle rule of the store removes its parts.",
    ],
  },
  "admin-called": {
    fields: { requestId: "always", method: "always", route: "always", admin: "always" },
    means: "An admin called a route of `/v1/admin`, or `/readyz`.",
    todo: [
      "Nothing, if you know this admin. If not: remove the admin's rights at the issuer. Issued tokens stay valid until they expire: to end them now, deploy without this issuer, or with another audience.",
    ],
  },
  "alarm-failed": {
    fields: { reason: "if known" },
    means:
      "One step of a ledger's alarm has failed in the service itself: settling uploads, checking stored objects, or sending webhooks or [audit](audit.md) events. The other steps have run, and the alarm is retried.",
    todo: [
      "Nothing is lost: uploads stay pending, and messages stay in the outbox. If it began with a deployment, [roll back](upgrade.md#roll-back). If `reason` mentions storage or the platform, see Cloudflare's status page for Durable Objects. Otherwise report it, with the `reason`.",
    ],
  },
  "audit-failed": {
    fields: { events: "always", status: "if known", reason: "if known" },
    means: "The queue or the server of the [audit](audit.md) did not accept a batch of events.",
    todo: [
      "Look at the server: `status` is its answer. Events that are stored in a ledger are sent again, for three days. All others are lost: `audit-lost` counts them.",
    ],
  },
  "audit-lost": {
    fields: { events: "always" },
    means:
      "Events of the [audit](audit.md) were not accepted, and are not sent again: they were not in a ledger, or have waited there for three days.",
    todo: [
      "Repair the server, or send the audit to a queue, which buffers the events. To find out what is missing, look at [`request`](#request) and [`upload-settled`](#upload-settled) in the log, if they are written.",
    ],
  },
  "cleanup-failed": {
    fields: { upload: "always", reason: "if known" },
    means: "The store failed while `complete` deleted a rejected or aborted object.",
    todo: [
      "It can wait. With a quota, the ledger's alarm deletes the object later. Without a quota it stays, unless the bucket has a lifecycle rule for it. If there are many, the store is down: see `request-failed` with `store-unavailable`.",
    ],
  },
  "cleanup-refused": {
    fields: { upload: "always", store: "always" },
    means:
      "Neither the reading key nor the writing key may delete, so a rejected or aborted file stays in the bucket.",
    todo: [
      "Give the reading key the right to delete: `npx edge-presigner setup` prints its permissions, and `npx edge-presigner doctor` tests them. With a quota, the alarm then deletes the file, at the latest before its record is deleted.",
      "Until then, everyone who may read that key can read the file. It was rejected for its size, type, checksum or metadata.",
    ],
  },
  "copy-in-prefix": {
    fields: { bucket: "always", key: "always", source: "if known" },
    means:
      "An object was copied to a prefix where only tickets should store. A ticket that is misused with `x-amz-copy-source` looks like this.",
    todo: [
      "Find out who made the copy: the access log of the bucket has the access key. If it was your own job, let it write elsewhere.",
      "If it was the Worker's writing key, the store lets a ticket copy other users' objects. Delete the copy, give the Worker [a key that cannot read](configuration.md#the-writing-key), rotate the old key, and run `npx edge-presigner doctor`, which tries such a copy.",
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
    means: "Temporary credentials for one prefix were issued.",
    todo: [
      "Nothing. To see how they are used, look for `session` in CloudTrail, or in the store's own log.",
    ],
  },
  "directory-full": {
    fields: { kind: "always" },
    means:
      "More than 1,000 ledgers are stuck with webhooks or uploads, so the [list](admin.md#what-is-stuck) is not complete.",
    todo: [
      "Nothing is lost. So many failures have one cause: the receiver of webhooks, or a store, is down. Look for `webhook-failed` and `settle-failed`.",
    ],
  },
  "event-failed": {
    fields: { attempts: "always", reason: "if known" },
    means:
      "The store, the ledger or the configuration failed while a [bucket event](bucket-events.md) was handled. The message comes again, after 10 seconds to 10 minutes.",
    todo: [
      "Wait while `attempts` is small. If it grows, look for `ledger-failed`, `misconfigured` and the store named in `reason`. After `max_retries` the queue drops the message. The alarm still settles the upload. A deletion by others is then not counted: `npx edge-presigner reconcile` finds the users.",
    ],
  },
  "event-refused": {
    fields: { errors: "always" },
    means:
      "A message of the queue is not a [bucket event](bucket-events.md). It was acknowledged, and does not come again.",
    todo: [
      "Something else writes to this queue: use a separate queue for bucket events. If the message comes from R2, its format has changed: report it, with `errors`.",
    ],
  },
  "hook-failed": {
    fields: { reason: "if known" },
    means:
      "`onGranted` or `onCompleted` of your app has thrown, or has taken more than 25 seconds. The answer was not affected.",
    todo: [
      "Look at your own code: the log has the name of the error, and not its message. The hook is not called again for this upload. If you must not miss an upload, use [a webhook](lifecycle.md#webhooks), which is retried.",
    ],
  },
  "ledger-failed": {
    fields: { reason: "if known" },
    means:
      "A ledger did not answer. The request got 503 `ledger-unavailable`, and nothing was signed. `GET /v1/policies` leaves out what remains.",
    todo: [
      "Read `reason`. `overloaded`: one ledger gets more requests than it can handle, from one team under `quotaFor` or from one client in a loop. Find it by `caller` in the event `request`. `no binding LEDGER`: the binding is missing in `wrangler.toml`. `Network connection lost`, or that the code was updated: a deployment or a moved object; it is over after seconds.",
      "If every ledger fails for minutes, see Cloudflare's status page for Durable Objects. Policies without a quota still work, and clients retry. If you remove `quota` from a policy, its users can upload again, without any limit: do this only if you trust them.",
    ],
  },
  "look-failed": {
    fields: { store: "always", attempts: "always", reason: "if known" },
    means:
      "The alarm could not ask the store whether an object still exists. The object counts for the quota until the store answers. The alarm retries for about a week.",
    todo: [
      "It can wait. If it lasts, check whether the reading key may still send HEAD requests: `npx edge-presigner doctor`.",
    ],
  },
  "metrics-failed": {
    fields: { reason: "if known" },
    means:
      "Workers Analytics Engine has refused a data point: a request may write 250 of them. There is one line for each isolate.",
    todo: ["It can wait: [metrics](metrics.md) are incomplete, and nothing else is affected."],
  },
  misconfigured: {
    fields: { errors: "always" },
    means:
      "The configuration, a secret or a binding is invalid. Every request gets 503 `misconfigured`, and alarms wait.",
    todo: [
      "`errors` lists each error with its path, and says what to change. The cause is a deployment or a changed secret: [roll back](upgrade.md#roll-back), or set the secret again. Nothing is lost meanwhile.",
      "`npx edge-presigner check-config` finds all errors before a deployment, except those in values of secrets.",
    ],
  },
  "open-uploads-unread": {
    fields: { reason: "if known" },
    means:
      "After a revocation, a store or a ledger could not list the open multipart uploads of the user.",
    todo: [
      "The revocation is still in force. Revoke again when the store answers, to abort the open uploads. `AccessDenied`: a key may not list multipart uploads; `npx edge-presigner setup` prints the permission.",
    ],
  },
  "presigner-differs": {
    fields: {},
    means:
      "The fast presigner and aws4fetch have signed different URLs. The Worker continues with aws4fetch: tickets are correct, and take more CPU time.",
    todo: ["It can wait. It is a bug of this service: report it, with the provider of the store."],
  },
  "promotion-failed": {
    fields: { upload: "always", reason: "if known" },
    means:
      "The store or the ledger failed while a file under [quarantine](quarantine.md) was promoted, after its client got 202.",
    todo: [
      "Nothing for one: the next `complete`, or the ledger's alarm, continues. Until then the file stays under its prefix, and nobody can read it.",
      "For many, read `reason`. A `PUT` or `CopyObject` that returned 403 or `AccessDenied`: a key has lost a permission, which `npx edge-presigner doctor` finds ([what each key needs](quarantine.md#what-each-key-needs)). No readable response: see the provider's status page. A ledger that did not answer: see `ledger-failed`. If the store fails for a week, the uploads expire.",
    ],
  },
  "rate-limit-failed": {
    fields: { reason: "if known" },
    means:
      "A rate-limit binding is missing or has failed, so requests were not counted. If it is missing, each new isolate logs this once.",
    todo: [
      "`has no binding`: add it to `wrangler.toml`, [with the limits](configuration.md#set-the-rate-limits). Otherwise the platform has failed: until it recovers, requests are not limited. Quotas are still enforced.",
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
      "A request has ended. It is written only if [`logging.requests`](configuration.md#logging) is set.",
    todo: [
      "Nothing. If requests are slow, compare `ledgerMs`, `storeMs`, `scannerMs`, `hookMs` and `authMs` with `totalMs`.",
    ],
  },
  "request-failed": {
    fields: { requestId: "always", code: "always", reason: "if known" },
    means:
      "A request failed because of the service, its configuration, a ledger or a store: the answer has a status of 500 or more.",
    todo: [
      "`store-unavailable`: the store did not answer, or not as S3 does. `reason` says what was sent and what came back. `403` or `AccessDenied`: the key was rotated or has lost permissions, which `npx edge-presigner doctor` finds. No readable response: see the provider's status page. Tickets for single files still work, as they are signed without the store. Completions wait, until the client or the alarm retries them.",
      "`ledger-unavailable`: see `ledger-failed`. `misconfigured`: see the event of that name, or give the reading key the right to delete.",
      "`internal`: a bug, or a hook of your app that has thrown (`The hook …`). If it began with a deployment, [roll back](upgrade.md#roll-back). The answer to the client has the same `requestId`.",
    ],
  },
  "request-refused": {
    fields: { requestId: "always", code: "always", reason: "if known" },
    means: "A request was refused for a reason that its client can change: a status below 500.",
    todo: [
      "Nothing for one. For many, group them by `code`.",
      "`unauthenticated`: read `reason`. An unknown issuer, or a claim with another value: tokens of another environment, or a changed audience. Keys that cannot be fetched: the issuer is down; tokens with known keys work for 24 hours. An expired token: a client that does not refresh it.",
      "`origin-not-allowed`: a new page, whose origin is not in `origins`. `rate-limited`, `quota-exceeded`: a client in a loop, or a limit that is too low. `invalid-request`, `type-not-allowed`: often a new release of your app. `verification-failed`: clients that complete before their PUT has ended, or send a different file than they announced.",
    ],
  },
  "revocations-unread": {
    fields: { reason: "if known" },
    means:
      "An isolate could not read the revocations. It uses those that it has read in the last 60 seconds, and retries.",
    todo: [
      "Nothing for a few. If it lasts, requests get 503 `ledger-unavailable`, because the Worker cannot check them: see `ledger-failed`. `revocations: false` in the configuration turns the check off, also for tokens that you have revoked.",
    ],
  },
  "scanner-failed": {
    fields: { upload: "always", reason: "if known" },
    means:
      "The scanner of a policy gave no verdict about a file. The file was neither promoted nor rejected: the client gets 202, and the scanner is asked again, by the next `complete` or by the alarm, with growing delays up to an hour.",
    todo: [
      "Nothing for one. For many, the scanner is down or refuses: uploads of its policies wait, and expire after a week. Read `reason`. `answered 401` or `403`: its secret differs from the policy's `scanner.secret`. `answered 503`: it wants to be asked later, for example while it loads signatures. No readable answer: it is down, redirects, or takes more than 25 seconds. No verdict, or another ETag: its answer is not [as it must be](quarantine.md#the-scanner).",
      "`npx edge-presigner doctor` calls the scanner once. Do not remove the scanner from the policy to let uploads through: the waiting files would be promoted without a scan.",
    ],
  },
  "settle-failed": {
    fields: { upload: "always", attempts: "always", reason: "if known" },
    means:
      "The alarm could not ask the store about an upload, could not promote its file out of [quarantine](quarantine.md), or could not clean up after it. It retries for a week, first after a minute, later every hour.",
    todo: [
      "Nothing is lost: the file is in the store, and the upload is pending in its ledger. If `attempts` is above 8, the store or the scanner has failed for hours: look at `reason`, and run `npx edge-presigner doctor`. After a week the upload expires.",
    ],
  },
  "undo-failed": {
    fields: { upload: "always", store: "always", failed: "always" },
    means:
      "A multipart upload was created, and then something failed. It could not be aborted, or its reserved bytes could not be released.",
    todo: [
      "It can wait. The upload has no parts, as no ticket was given. With a quota, the alarm releases the bytes 15 minutes after the ticket would have expired. A lifecycle rule aborts the upload in the store: `npx edge-presigner setup` prints it.",
    ],
  },
  "unexplained-object": {
    fields: { bucket: "always", key: "always", source: "if known" },
    means:
      "An object was stored in a prefix of tickets, and not with a ticket: no key template matches it, or its owner's ledger has no such upload.",
    todo: [
      "If your backend, a job or a person stored it, let them write under another prefix. It is a false alarm if the object is older than the policy's quota, or if the record was already deleted.",
      "Otherwise somebody has the writing key, or a ticket that works for other keys: rotate the key, and run `npx edge-presigner doctor`.",
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
      "An upload has ended: by its client, by a bucket event, or by the alarm. Without a ledger, it is written each time that the upload is completed. If a check ended after its client got 202, this is its only line.",
    todo: [
      "Nothing: search for it to follow one upload.",
      'If a client waits long for a file under [quarantine](quarantine.md), `sinceCheckMs` is how long the check took in total. With `by: "alarm"`, no client has asked again.',
    ],
  },
  "webhook-dropped": {
    fields: { message: "always", attempts: "always", delivery: "always" },
    means:
      "A message is not sent again: its receiver answered 410 (`gone`), or failed for three days (`failed`).",
    todo: [
      "Your backend does not know about this upload. The file is in the store, and the record is kept for seven days: `GET /v1/uploads` lists it for its user, and `npx edge-presigner admin uploads` for an admin. Repair the receiver, then tell your backend about the uploads that it has missed. `message` is the upload's name and its status.",
    ],
  },
  "webhook-failed": {
    fields: { message: "always", status: "if known", reason: "if known" },
    means:
      "An attempt to send a message failed. The message is sent again after 5 seconds, 30 seconds, 2 minutes, 10 minutes, then every hour for three days.",
    todo: [
      "Nothing for one. For many, read `status`. 401 or 403: the receiver has another `WEBHOOK_SECRET`. 3xx: redirects are not followed, so set `webhook.url` to the final URL. 5xx: look for the `webhook-id` in the receiver's log. `TimeoutError`: the receiver must answer within 15 seconds, so let it answer first and do its work later. `410` ends all retries of that message.",
      "After three days, messages are dropped.",
    ],
  },
  "webhook-sent": {
    fields: { message: "always", attempts: "always", ageMs: "always" },
    means: "The receiver has accepted a message.",
    todo: ["Nothing: search for it to follow one upload."],
  },
};

export const FIELDS: Readonly<Record<FieldName, string>> = {
  actions: "What the credentials allow",
  admin: "The admin: a digest as in `caller`",
  ageMs: "Since the message was written, in milliseconds",
  attempts: "How often it was tried, including this time",
  authMs: "The wait until the caller was known, in milliseconds",
  bucket: "The bucket's name",
  by: "What ended it: a `request` (of a client, an app or a bucket event), or the ledger's `alarm`",
  bytes: "In `request` the granted size, in `upload-settled` the stored size",
  caller:
    "The first 32 hexadecimal digits of the SHA-256 of issuer and user: [how to find a user](configuration.md#logging)",
  code: "`ok`, or the code of the [problem](protocol.md#problems)",
  country: "The country of the request: two letters",
  delivery: "`gone` or `failed`",
  deployment: "The id of the deployed version",
  errors: "The errors, each with its path",
  events: "The number of events",
  expiresAt: "When the credentials expire",
  failed: "How many of the steps have failed",
  granted: "How many tickets were given",
  hookMs: "The wait for the app's `authorize`, in milliseconds",
  key: "The key, percent-encoded",
  kind: "What is stuck",
  ledgerMs: "The wait for ledgers, in milliseconds",
  message: "The `webhook-id`: the upload's name and its status",
  method: "The HTTP method; `RPC` for a service binding",
  policy: "The policy's name; `*` for several",
  reason:
    "The reason: a message of this service, or the name or code of another error. Never what a client sent",
  refused: "How many tickets were refused",
  requestId: "The `x-request-id` of the answer, and the `requestId` of a problem",
  route: "The pattern of the route, or the method of the service binding",
  scannerMs: "The wait for scanners of [quarantine](quarantine.md), in milliseconds",
  session: "The name of the session in the store's own log: a digest of the user",
  sinceCheckMs:
    "Since the first check of a file under [quarantine](quarantine.md), in milliseconds",
  sinceGrantMs: "Since the ticket was given, in milliseconds",
  source: "The source of the copy, percent-encoded",
  status: "The status of the answer; in `webhook-failed` and `audit-failed`, that of the receiver",
  store: "The store's name; `*` for several",
  storeMs: "The wait for stores, in milliseconds",
  totalMs: "The total wait, in milliseconds",
  upload: "The upload's name: `jti` in its receipt, `data.id` in its webhook",
  uploadStatus: "`completed`, `rejected`, `expired` or `aborted`",
};
