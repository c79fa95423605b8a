/** Notes which policy gives or refuses a ticket, where somebody watches. Otherwise it does nothing. */
import type { UploadClaims } from "../grant/upload-claims.ts";
import type { Service } from "../service.ts";
import { tellGranted } from "./ask-app.ts";

/** Runs `work`, which creates an upload under a policy, or under the default one. */
export function watchUpload<T>(
  service: Service,
  policy: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!service.watch) return work();
  return work().catch((error: unknown) => {
    reportRefusal(service, policy);
    throw error;
  });
}

/** Notes that a ticket was refused. A name that no policy has is not repeated. */
export function reportRefusal({ watch, config }: Service, policy = config.defaultPolicy): void {
  if (policy !== undefined && config.policies.has(policy)) watch?.isAbout({ policy });
  watch?.refuses();
}

/** Notes a new upload, and tells the app. */
export function reportGranted(service: Service, claims: UploadClaims): void {
  const { watch } = service;
  watch?.isAbout(claims);
  watch?.grants(claims.size ?? claims.maxBytes);
  tellGranted(service, claims);
}
