/** The parts of a multipart upload that has started: the client sends them, and the id is enough to resume. */
import type { Caller } from "../grant/authenticate.ts";
import { needsPartChecksums } from "../grant/checksum.ts";
import { ticketLifetime } from "../grant/lifetime.ts";
import type { Parts } from "../grant/parts.ts";
import type { CreatedMultipartClaims } from "../grant/upload-claims.ts";
import { Problem, invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import { listParts, type StoredPart } from "../store/multipart.ts";
import { askApp } from "./ask-app.ts";
import { policyOf } from "./locate.ts";
import { openPending } from "./open-multipart.ts";
import { signPart, type PartTicket } from "./ticket.ts";

/** One part to be signed. */
export interface PartIntent {
  readonly partNumber: number;
  /** In base64, where the upload has a checksum of its parts. */
  readonly sha256?: string | undefined;
  /** With the longer lifetime of background tickets. */
  readonly isBackground?: boolean | undefined;
}

/**
 * Signs parts of a pending upload, also again. Throws `upload-not-found`, `upload-expired`,
 * `already-completed` and `invalid-request`.
 */
export async function signParts(
  service: Service,
  owner: Caller,
  id: string,
  intents: readonly PartIntent[],
): Promise<readonly PartTicket[]> {
  const upload = await openPending(service, owner, await service.uploadIds.open(id, owner));
  const { claims, location, parts, writer } = upload;
  const question = { action: "parts", policy: claims.policy, key: claims.key } as const;
  const caller = await askApp(service, owner, question);
  const policy = policyOf(service, claims);
  const isRequired = needsPartChecksums(location.store, claims.checksum);
  for (const [index, intent] of intents.entries()) {
    checkPart(intent, { index, partCount: parts.partCount, isChecksumRequired: isRequired });
  }
  const now = new Date(service.now());
  const options = { signer: writer.signer, now };
  return Promise.all(
    intents.map(async ({ partNumber, sha256, isBackground }) => {
      const expiresInSeconds = ticketLifetime(policy, { caller, now, isBackground });
      return signPart(upload, { partNumber, sha256, expiresInSeconds }, options);
    }),
  );
}

function checkPart(
  { partNumber, sha256 }: PartIntent,
  {
    index,
    partCount,
    isChecksumRequired,
  }: {
    readonly index: number;
    readonly partCount: number;
    readonly isChecksumRequired: boolean;
  },
): void {
  if (partNumber > partCount) {
    const detail = `must be at most ${partCount}, the number of parts`;
    throw invalidRequest({ pointer: `/partNumbers/${index}`, detail });
  }
  if (isChecksumRequired !== (sha256 !== undefined)) {
    const detail = isChecksumRequired
      ? "is required for each part: the upload has a checksum of its parts"
      : "is not allowed: the upload has no checksum of its parts";
    throw invalidRequest({ pointer: `/checksums/${partNumber}`, detail });
  }
}

/** What a client needs to resume an upload. */
export interface Progress {
  readonly claims: CreatedMultipartClaims;
  readonly uploadId: string;
  readonly parts: Parts;
  /** The parts in the store; `undefined` where the store cannot list them. */
  readonly stored: readonly StoredPart[] | undefined;
}

/** Lists the parts of a pending upload. Throws as `signParts` does, and `store-unavailable`. */
export async function findProgress(
  service: Service,
  caller: Caller,
  id: string,
): Promise<Progress> {
  const upload = await openPending(service, caller, await service.uploadIds.open(id, caller));
  const { claims, location, uploadId, parts, writer } = upload;
  const stored = await listParts(location, uploadId, writer);
  if (stored !== "not-found") return { claims, uploadId, parts, stored };
  throw new Problem(
    "upload-expired",
    "The store no longer has this multipart upload: complete it, or create a new upload",
  );
}
