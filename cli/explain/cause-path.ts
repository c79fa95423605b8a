/** Causes in the method, the host and the path. */
import { compareHost, type HostKind } from "./compare-host.ts";
import { comparePath, type PathKind } from "./compare-path.ts";
import type { Cause, Found } from "./finding.ts";

type Words = Pick<Found, "says" | "mend">;

const AS_IT_IS = "Send the ticket's URL as it is: no decoding, encoding or parsing on the way.";

const PATHS: Readonly<Record<PathKind, Words>> = {
  "key-double-encoded": {
    says: "The path was encoded again: its % became %25",
    mend: `The URL is encoded already. ${AS_IT_IS}`,
  },
  "key-plus-for-space": {
    says: "A space and a plus were mixed up: in a path a space is %20, a plus is %2B, and + is a plus",
    mend: `Encode the key with encodeURIComponent where it is signed, not as a form. ${AS_IT_IS}`,
  },
  "key-lower-case-hex": {
    says: "The path has %xx with lower-case digits, and %XX was signed",
    mend: `R2 compares the path byte for byte. ${AS_IT_IS}`,
  },
  "key-slash-encoded": {
    says: "A slash of the key was sent as %2F",
    mend: `Slashes of a key stay as they are. ${AS_IT_IS}`,
  },
  "key-not-encoded": {
    says: "The path has characters that were signed encoded, such as !'()* or other ones than letters",
    mend: `R2 compares the path byte for byte, and #, ? and % cut or change it anywhere: encode every byte of a key but A-Z a-z 0-9 - . _ ~ and the slash. ${AS_IT_IS}`,
  },
  "key-over-encoded": {
    says: "The path has characters encoded that were signed as they are",
    mend: `R2 compares the path byte for byte. ${AS_IT_IS}`,
  },
  "key-normalized": {
    says: "The key looks the same and has other bytes: one is composed Unicode (NFC), the other is not (NFD)",
    mend: `Normalize file names to NFC before a ticket is asked for, and not afterwards. ${AS_IT_IS}`,
  },
  "key-folded": {
    says: "The client folds . and .. segments or double slashes of the path",
    mend: "Take them out of the key before it is signed: no URL parser keeps them.",
  },
  "key-differs": {
    says: "The path is another one than was signed",
    mend: `A ticket is good for one key. Ask for a ticket for this one, or look for a proxy that rewrites paths. ${AS_IT_IS}`,
  },
};

const HOSTS: Readonly<Record<HostKind, Words>> = {
  "addressing-differs": {
    says: "The bucket stands in the host on one side, and in the path on the other",
    mend: "Both name the same object, but the host is signed: send to the host of the ticket, or sign for the one that clients call.",
  },
  "custom-domain": {
    says: "R2 takes signed URLs on its own host alone, not on a custom domain nor on r2.dev",
    mend: "Send to <account>.r2.cloudflarestorage.com, as the ticket says. A custom domain is for reading public objects.",
  },
  "host-differs": {
    says: "The host is another one than was signed",
    mend: "Sign for the host that clients call (`publicEndpoint` of the store), or make the proxy keep the Host header.",
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
      says: `The ticket is for ${signed.method}, and ${sent.method} was sent`,
      mend: `Send ${signed.method}. A redirect or a form may have changed it; with curl, -T sends PUT, and -d sends POST.`,
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
