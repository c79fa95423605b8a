/** Verifies the receipt of the test with the published keys of the Worker. */
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { WorkerError } from "../open-uploader.ts";

/** Throws `WorkerError` for a receipt that is not valid, or names others. */
export async function verifyReceipt(
  receipt: string,
  url: URL,
  expected: { readonly issuer: string; readonly audience: string },
): Promise<{ readonly message: string; readonly value: undefined }> {
  const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", url));
  try {
    await jwtVerify(receipt, keys, {
      ...expected,
      algorithms: ["ES256"],
      typ: "upload-receipt+jwt",
    });
    return { message: "is signed with a published key", value: undefined };
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed)
      throw new WorkerError(
        `The claim ${error.claim} of the receipt is another one: compare --issuer and --audience with the configuration`,
        { cause: error },
      );
    if (error instanceof errors.JOSEError)
      throw new WorkerError(`The receipt is not valid: ${error.code}`, { cause: error });
    throw error;
  }
}
