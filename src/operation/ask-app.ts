/** Asks the hooks of the app, and tells them what happened. */
import type { Caller } from "../grant/authenticate.ts";
import { findPolicy } from "../grant/authorize.ts";
import type { Intent } from "../grant/intent.ts";
import { restrict } from "../grant/restrict.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { runHook } from "../hook.ts";
import type { Question } from "../hooks.ts";
import type { Verified } from "../ledger/record.ts";
import { describeError } from "../log.ts";
import type { Service } from "../service.ts";

const ASK_MS = 5000;
/** The platform ends work after an answer at 30 seconds. */
const TELL_MS = 25_000;

type Asked<Q> = Q extends unknown ? Omit<Q, "caller"> : never;

/** Returns the caller with the rights that the app leaves. Throws `forbidden`, and an error of the hook itself. */
export async function askApp(
  { hooks: { authorize } }: Service,
  caller: Caller,
  question: Asked<Question>,
): Promise<Caller> {
  if (!authorize) return caller;
  const { issuer, user, claims } = caller;
  const asked = { ...question, caller: { issuer, user, claims } };
  return restrict(caller, await runHook("authorize", ASK_MS, () => authorize(asked)));
}

/** The same for a new upload. */
export async function askAboutUpload(
  service: Service,
  caller: Caller,
  { policy, filename, contentType, size, metadata = {} }: Intent,
): Promise<Caller> {
  if (!service.hooks.authorize) return caller;
  const { name } = findPolicy(service.config, caller, policy);
  const question = {
    action: "upload",
    policy: name,
    filename,
    contentType,
    size,
    metadata,
  } as const;
  return askApp(service, caller, question);
}

/** Tells the app of tickets for a new upload, after the answer. */
export function tellGranted(service: Service, claims: UploadClaims): void {
  const { onGranted } = service.hooks;
  if (!onGranted) return;
  const { size, exp } = claims;
  const event = { ...eventOf(claims), size, expiresAt: new Date(exp * 1000) };
  tell(service, "onGranted", () => onGranted(event));
}

interface CompletedClaims {
  readonly claims: UploadClaims;
  readonly verified: Verified;
  readonly completedAtMs: number;
  readonly receipt: string;
}

/** Tells the app of a completed upload, after the answer. */
export function tellCompleted(
  service: Service,
  { claims, verified, completedAtMs, receipt }: CompletedClaims,
): void {
  const { onCompleted } = service.hooks;
  if (!onCompleted) return;
  const { size, etag, checksum, metadata } = verified;
  const completedAt = new Date(completedAtMs);
  const event = { ...eventOf(claims), size, etag, checksum, metadata, completedAt, receipt };
  tell(service, "onCompleted", () => onCompleted(event));
}

function eventOf({ iss, sub, jti, policy, key, type }: UploadClaims) {
  return { caller: { issuer: iss, user: sub }, upload: jti, policy, key, contentType: type };
}

/** An error of the hook is logged, and changes nothing. */
function tell({ waitUntil, log }: Service, hook: string, run: () => void | Promise<void>): void {
  const work = async () => {
    try {
      // A task of its own: the answer is on its way before the hook begins.
      await new Promise<void>((resolve) => void setTimeout(resolve, 0));
      await runHook(hook, TELL_MS, run);
    } catch (error) {
      log("hook-failed", { reason: describeError(error) });
    }
  };
  waitUntil(work());
}
