/** Causes in the signing key: its id, its secret, its session token. */
import { canonicalRequest, hashOf } from "./canonical-request.ts";
import type { Evidence } from "./evidence.ts";
import type { Cause } from "./finding.ts";
import { headerOf, isKnown, parameterOf } from "./request.ts";

const unknownKey: Cause = {
  name: "unknown-access-key",
  find: ({ code, answer, signing }) => {
    if (code !== "InvalidAccessKeyId" && !(code === "Unauthorized" && answer.status !== 403))
      return undefined;
    if (signing && isTemporary(signing.accessKeyId)) return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: signing && `X-Amz-Credential key: ${signing.accessKeyId}`,
      message: "The store does not know the access key of the ticket",
      fix: "Set the access key id again (`npx wrangler secret put …_ACCESS_KEY_ID`): it was deleted, belongs to another account or provider, or was mistyped. An API token is not an access key.",
    };
  },
};

const tokenMissing: Cause = {
  name: "session-token-missing",
  find: ({ signing, url, signed, isSignatureGood }) => {
    const tokens = [url, signed?.url].map((one) => parameterOf(one, "X-Amz-Security-Token"));
    if (isSignatureGood || !signing || !isTemporary(signing.accessKeyId)) return undefined;
    if (tokens.some((token) => token !== undefined)) return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Credential key: ${signing.accessKeyId}`,
      sent: "no X-Amz-Security-Token",
      message: "The access key is temporary (ASIA…), but the ticket has no session token",
      fix: "Set the session token too (`…_SESSION_TOKEN`), or sign with a permanent key.",
    };
  },
};

const TOKENS: Readonly<Record<string, string>> = {
  ExpiredToken: "session-token-expired",
  InvalidToken: "session-token-invalid",
};

const tokenCauses = Object.entries(TOKENS).map(([named, name]): Cause => ({
  name,
  find: ({ code }) =>
    code === named
      ? {
          certainty: "certain",
          line: "query",
          message: `The session token of the signing key ${named === "ExpiredToken" ? "has expired" : "is not valid for this store"}`,
          fix: "Create new temporary credentials, and set all three: id, secret and token. A ticket expires with the key that signed it, even before its own expiry.",
        }
      : undefined,
}));

export const KEY_CAUSES: readonly Cause[] = [unknownKey, tokenMissing, ...tokenCauses];

/** Returns the cause for a signature that differs although the request does not. It applies only if `others` find nothing. */
export function wrongSecret(others: readonly Cause[]): Cause {
  return {
    name: "wrong-secret",
    find: (evidence) => {
      if (evidence.code !== "SignatureDoesNotMatch") return undefined;
      const isProven = isSameRequest(evidence);
      const found = new Set(others.map(({ find }) => find(evidence)?.certainty));
      if (found.has("certain") || (found.has("likely") && !isProven)) return undefined;
      if (!isProven && !isCompared(evidence)) return undefined;
      return {
        certainty: isProven ? "certain" : "likely",
        line: "signature",
        message:
          "The request is the signed one, but the signature differs: the secret access key is wrong",
        fix: `Set the secret access key${evidence.signing ? ` of ${evidence.signing.accessKeyId}` : ""} again (\`npx wrangler secret put …_SECRET_ACCESS_KEY\`): copy it completely, without a line break, and from the same key pair.`,
      };
    },
  };
}

/** Whether AWS computed the same hash of the canonical request: its error has it. */
function isSameRequest({ signed, signing, answer }: Evidence): boolean {
  const canonical = signed && canonicalRequest(signed, signing?.signedHeaders ?? []);
  const hash = answer.fields?.get("StringToSign")?.trim().split("\n").at(-1);
  return canonical !== undefined && hashOf(canonical) === hash;
}

function isCompared({ signed, sent, isComplete, signing }: Evidence): boolean {
  if (!isComplete || !signed || sent?.method === undefined) return false;
  return (signing?.signedHeaders ?? []).every(
    (name) => headerOf(signed, name) !== undefined && (name === "host" || isKnown(sent, name)),
  );
}

/** Whether the key is of the AWS Security Token Service. */
function isTemporary(accessKeyId: string): boolean {
  return accessKeyId.startsWith("ASIA");
}
