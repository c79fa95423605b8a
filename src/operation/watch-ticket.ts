/** Notes which policy gives or refuses a ticket, where somebody watches or counts. Otherwise it does nothing. */
import { grantOf, type RequestAct } from "../audit/act.ts";
import type { UploadClaims } from "../grant/upload-claims.ts";
import { toProblem } from "../problem.ts";
import type { Service } from "../service.ts";
import { tellGranted } from "./ask-app.ts";

type Kind = "upload" | "download" | "credentials";

interface Request<AnyKind = Kind> {
  readonly kind: AnyKind;
  /** As it was asked for: the default one without a name. */
  readonly policy: string | undefined;
  /** As it was asked for, of an object that exists. */
  readonly key?: string;
}

/** Runs `work`, which gives a ticket. */
export function watchTicket<T>(
  service: Service,
  request: Request,
  work: () => Promise<T>,
): Promise<T> {
  if (!service.watch && !service.meter) return work();
  return work().catch((error: unknown) => {
    reportRefused(service, request, error);
    throw error;
  });
}

/** Notes that a ticket was refused. A name that no policy has is not repeated. */
export function reportRefused(service: Service, request: Request, error: unknown): void {
  const { watch, meter } = service;
  const policy = knownPolicy(service, request);
  watch?.isAbout({ policy });
  watch?.refuses();
  recordRefused(service, request, error);
  meter?.({ kind: "ticket", policy, outcome: toProblem(error).code, detail: request.kind });
}

/** Tells the audit alone. */
export function recordRefused(
  service: Service,
  { kind, key, ...request }: Request<Kind | "deletion">,
  error: unknown,
): void {
  const policy = knownPolicy(service, request);
  service.watch?.records({ type: `${kind}.refused`, code: toProblem(error).code, policy, key });
}

function knownPolicy(
  { config: { policies, credentialPolicies, defaultPolicy } }: Service,
  { policy: name = defaultPolicy }: Pick<Request, "policy">,
): string | undefined {
  if (name === undefined) return undefined;
  return policies.has(name) || credentialPolicies.has(name) ? name : undefined;
}

/** Notes a new upload, and tells the app. Under a quota the ledger has told the audit. */
export function reportUpload(service: Service, claims: UploadClaims): void {
  const bytes = claims.size ?? claims.maxBytes;
  const { policy, store } = claims;
  const isLimited = service.config.policies.get(policy)?.quota !== undefined;
  const act = isLimited || !service.watch ? undefined : grantOf(claims);
  reportGiven(service, { kind: "upload", policy, store, bytes, act });
  tellGranted(service, claims);
}

interface Given {
  readonly kind: Kind;
  readonly policy: string;
  readonly store: string;
  readonly bytes?: number;
  /** For the audit. */
  readonly act: RequestAct | undefined;
}

/** Notes that a ticket was given. */
export function reportGiven(
  { watch, meter }: Service,
  { kind: detail, policy, store, bytes = 0, act }: Given,
): void {
  watch?.isAbout({ policy, store });
  watch?.grants(bytes);
  if (act) watch?.records(act);
  meter?.({ kind: "ticket", policy, store, outcome: "ok", detail, bytes });
}
