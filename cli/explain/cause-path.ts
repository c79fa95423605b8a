/** Causes in the method, the host and the path. */
import { compareHost, type HostKind } from "./compare-host.ts";
import { comparePath, type PathKind } from "./compare-path.ts";
import type { Cause, Explanation } from "./finding.ts";

type Words = Pick<Explanation, "message" | "fix">;

const AS_IT_IS = "Send the URL of the ticket unchanged: do not decode, encode or parse it.";

const PATHS: Readonly<Record<PathKind, Words>> = {
  "key-double-encoded": {
    message: "The path was encoded again: its % became %25",
    fix: `The URL is already encoded. ${AS_IT_IS}`,
  },
  "key-plus-for-space": {
    message: "A space and a plus were mixed up: in a path, %20 is a space, and %2B or + is a plus",
    fix: `Encode the key with encodeURIComponent where it is signed, not as a form. ${AS_IT_IS}`,
  },
  "key-lower-case-hex": {
    message: "The path has lower-case %xx, but upper-case %XX was signed",
    fix: `R2 compares the path byte for byte. ${AS_IT_IS}`,
  },
  "key-slash-encoded": {
    message: "A slash of the key was sent as %2F",
    fix: `Slashes of a key stay as they are. ${AS_IT_IS}`,
  },
  "key-not-encoded": {
    message:
      "The path has unencoded characters that were signed encoded, such as !'()* or non-ASCII letters",
    fix: `R2 compares the path byte for byte, and #, ? and % change its meaning for any store: encode every byte of a key except A-Z a-z 0-9 - . _ ~ and the slash. ${AS_IT_IS}`,
  },
  "key-over-encoded": {
    message: "The path has encoded characters that were signed unencoded",
    fix: `R2 compares the path byte for byte. ${AS_IT_IS}`,
  },
  "key-normalized": {
    message: "The key looks the same, but has other bytes: one is Unicode NFC, the other NFD",
    fix: `Normalize file names to NFC before you request the ticket, and not afterwards. ${AS_IT_IS}`,
  },
  "key-folded": {
    message: "The client removes . and .. segments or double slashes from the path",
    fix: "Remove them from the key before it is signed: URL parsers do not keep them.",
  },
  "key-differs": {
    message: "The path is not the signed one",
    fix: `A ticket is valid for one key. Request a ticket for this key, or look for a proxy that rewrites paths. ${AS_IT_IS}`,
  },
};

const HOSTS: Readonly<Record<HostKind, Words>> = {
  "addressing-differs": {
    message: "The bucket is in the host of one request, and in the path of the other",
    fix: "Both address the same object, but the host is signed: send to the host of the ticket, or sign for the host that clients use.",
  },
  "custom-domain": {
    message: "R2 accepts presigned URLs only on its own host, not on a custom domain or r2.dev",
    fix: "Send to <account>.r2.cloudflarestorage.com, as in the ticket. A custom domain is for reading public objects.",
  },
  "host-differs": {
    message: "The host is not the signed one",
    fix: "Sign for the host that clients use (`publicEndpoint` of the store), or make the proxy keep the Host header.",
  },
};

const methodDiffers: Cause = {
  name: "method-differs",
  find: ({ signed, sent, isSignatureGood }) => {
    if (isSignatureGood || signed?.method === undefined || sent?.method === undefined)
      return undefined;
    if (signed.method === sent.method) return undefined;
    return {
      certainty: "certain",
      line: "method",
      signed: signed.method,
      sent: sent.method,
      message: `The ticket is for ${signed.method}, but ${sent.method} was sent`,
      fix: `Send ${signed.method}. A redirect or a form may have changed the method. With curl, -T sends PUT and -d sends POST.`,
    };
  },
};

export const PATH_CAUSES: readonly Cause[] = [
  methodDiffers,
  ...Object.entries(HOSTS).map(([name, words]): Cause => ({
    name,
    find: (evidence) => {
      const difference = evidence.isSignatureGood ? undefined : compareHost(evidence);
      if (difference?.kind !== name) return undefined;
      const { signed, sent } = difference;
      return {
        certainty: "certain",
        line: "headers",
        signed: `host: ${signed}`,
        sent: `host: ${sent}`,
        ...words,
      };
    },
  })),
  ...Object.entries(PATHS).map(([name, words]): Cause => ({
    name,
    find: (evidence) => {
      if (evidence.isSignatureGood || compareHost(evidence)?.kind === "addressing-differs")
        return undefined;
      const difference = comparePath(evidence);
      if (difference?.kind !== name) return undefined;
      const { signed, sent, isSameKey } = difference;
      const isRefused = evidence.code === "SignatureDoesNotMatch";
      const certainty = isSameKey ? (isRefused ? "likely" : "possible") : "certain";
      return { certainty, line: "path", signed, sent, ...words };
    },
  })),
];
