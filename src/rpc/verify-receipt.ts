/** Verifies a receipt for another Worker. */
import { createLocalJWKSet, jwtVerify } from "jose";
import * as z from "zod/mini";
import { parseProps } from "../grant/binding.ts";
import { parseAs } from "../http/parse.ts";
import { lazy } from "../lazy.ts";
import { verifiedSchema } from "../ledger/record.ts";
import { invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";

const callSchema = lazy(() => z.strictObject({ receipt: z.string(), user: z.string() }));

const payloadSchema = lazy(() =>
  z.object({
    sub: z.string(),
    jti: z.string(),
    upload: z.looseObject({
      store: z.string(),
      bucket: z.string(),
      key: z.string(),
      policy: z.string(),
      issuer: z.string(),
    }),
  }),
);

/**
 * Returns what the receipt says. Throws `invalid-request` for one that is forged or over, of another user,
 * of another issuer than the binding has, or under a policy that it does not have.
 */
export async function callVerifyReceipt(
  service: Service,
  props: unknown,
  argument: unknown,
): Promise<Readonly<Record<string, unknown>>> {
  const { issuer, policies } = parseProps(props);
  const { receipt, user } = parseAs(callSchema(), argument);
  try {
    const { receipts } = service.config;
    const { payload } = await jwtVerify(
      receipt,
      createLocalJWKSet({ keys: [...service.receipts.publicKeys().keys] }),
      {
        algorithms: ["ES256"],
        typ: "upload-receipt+jwt",
        issuer: receipts.issuer,
        audience: receipts.audience,
        requiredClaims: ["exp"],
        currentDate: new Date(service.now()),
      },
    );
    const { sub, jti, upload } = payloadSchema().parse(payload);
    if (sub !== user || upload.issuer !== issuer || !policies.includes(upload.policy))
      throw new Error("The receipt is of another user, issuer or policy");
    const { store, bucket, key, policy } = upload;
    const verified = verifiedSchema().parse(upload);
    return { user: sub, issuer, upload: jti, policy, store, bucket, key, ...verified };
  } catch {
    const detail = "must be a valid receipt of this user, under a policy of the binding";
    throw invalidRequest({ pointer: "/receipt", detail });
  }
}
