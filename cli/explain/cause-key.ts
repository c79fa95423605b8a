/** Causes in the key that signed: its id, its secret, its session token. */
import { canonicalRequest, hashOf } from "./canonical-request.ts";
import type { Evidence } from "./evidence.ts";
import type { Cause } from "./finding.ts";
import { headerOf, isSaid, parameterOf } from "./request.ts";

const unknownKey: Cause = {
  name: "unknown-access-key",
  find: ({ code, answer, terms }) => {
    if (code !== "InvalidAccessKeyId" && !(code === "Unauthorized" && answer.status !== 403))
      return undefined;
    if (terms && isTemporary(terms.accessKeyId)) return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: terms && `X-Amz-Credential key: ${terms.accessKeyId}`,
      says: "The store does not know the access key that signed the ticket",
      mend: "Set the access key's id again (`npx wrangler secret put …_ACCESS_KEY_ID`): it was deleted, is of another account or provider, or was copied wrong. An API token is no access key.",
    };
  },
};

const tokenMissing: Cause = {
  name: "session-token-missing",
  find: ({ terms, url, signed, isSignatureGood }) => {
    const tokens = [url, signed?.url].map((one) => parameterOf(one, "X-Amz-Security-Token"));
    if (isSignatureGood || !terms || !isTemporary(terms.accessKeyId)) return undefined;
    if (tokens.some((token) => token !== undefined)) return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Credential key: ${terms.accessKeyId}`,
      sent: "no X-Amz-Security-Token",
      says: "The key is a temporary one (ASIA…), and the ticket has no session token",
      mend: "Set the session token beside the key's id and secret (`…_SESSION_TOKEN`), or sign with a key that lasts.",
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
          says: `The session token of the key that signed is ${named === "ExpiredToken" ? "over" : "not one of the store's"}`,
          mend: "Make temporary keys anew, and set all three of them: id, secret and token. A ticket dies with the key that signed it, whatever its own time.",
        }
      : undefined,
}));

export const KEY_CAUSES: readonly Cause[] = [unknownKey, tokenMissing, ...tokenCauses];

/** All that can be compared is the same, and the signature is not. `others` are the causes that must have found nothing. */
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
        says: "The request is the one that was signed, and the signature is another: the secret is wrong",
        mend: `Set the secret of the access key${evidence.terms ? ` ${evidence.terms.accessKeyId}` : ""} again (\`npx wrangler secret put …_SECRET_ACCESS_KEY\`): whole, without a line break, and of the same pair.`,
      };
    },
  };
}

/** AWS tells the hash of what it computed: it is the ticket's own, to the byte. */
function isSameRequest({ signed, terms, answer }: Evidence): boolean {
  const canonical = signed && canonicalRequest(signed, terms?.signedHeaders ?? []);
  const hash = answer.fields?.get("StringToSign")?.trim().split("\n").at(-1);
  return canonical !== undefined && hashOf(canonical) === hash;
}

function isCompared({ signed, sent, isWhole, terms }: Evidence): boolean {
  if (!isWhole || !signed || sent?.method === undefined) return false;
  return (terms?.signedHeaders ?? []).every(
    (name) => headerOf(signed, name) !== undefined && (name === "host" || isSaid(sent, name)),
  );
}

/** AWS: keys of the Security Token Service begin so. */
function isTemporary(accessKeyId: string): boolean {
  return accessKeyId.startsWith("ASIA");
}
