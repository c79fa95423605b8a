/** Notes which policy gives or refuses a ticket, where somebody watches or counts. Otherwise it does nothing. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import { toProblem } from "../problem.ts";
import type { Service } from "../service.ts";
import { tellGranted } from "./ask-app.ts";

type Kind = "upload" | "download" | "credentials";

interface Request {
  readonly kind: Kind;
  /** As it was asked for: the default one without a name. */
  readonly policy: string | undefined;
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
export function reportRefused(
  { watch, meter, config }: Service,
  { kind, policy: name = config.defaultPolicy }: Request,
  error: unknown,
): void {
  const { policies, credentialPolicies } = config;
  const isKnown = name !== undefined && (policies.has(name) || credentialPolicies.has(name));
  const policy = isKnown ? name : undefined;
  watch?.isAbout({ policy });
  watch?.refuses();
  meter?.({ kind: "ticket", policy, outcome: toProblem(error).code, detail: kind });
}

/** Notes a new upload, and tells the app. */
export function reportUpload(service: Service, claims: UploadClaims): void {
  const bytes = claims.size ?? claims.maxBytes;
  reportGiven(service, { ...claims, kind: "upload", bytes });
  tellGranted(service, claims);
}

interface Given {
  readonly kind: Kind;
  readonly policy: string;
  readonly store: string;
  readonly bytes?: number;
}

/** Notes that a ticket was given. */
export function reportGiven(
  { watch, meter }: Service,
  { kind: detail, policy, store, bytes = 0 }: Given,
): void {
  watch?.isAbout({ policy, store });
  watch?.grants(bytes);
  meter?.({ kind: "ticket", policy, store, outcome: "ok", detail, bytes });
}
