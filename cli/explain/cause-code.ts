/** Causes that the store's answer names, by code or by status. */
import type { Evidence } from "./evidence.ts";
import type { Cause } from "./finding.ts";
import { headerOf } from "./request.ts";

interface Named {
  readonly name: string;
  readonly codes: readonly string[];
  readonly statuses?: readonly number[];
  readonly says: string | ((evidence: Evidence) => string);
  readonly mend: string;
}

const NAMED: readonly Named[] = [
  {
    name: "already-stored",
    codes: ["PreconditionFailed"],
    statuses: [412],
    says: "There is an object under this key already, and the ticket overwrites nothing (If-None-Match: *)",
    mend: "After a lost answer the first attempt was stored: complete it. Otherwise ask for a new ticket.",
  },
  {
    name: "written-at-once",
    codes: ["ConditionalRequestConflict", "OperationAborted"],
    statuses: [409],
    says: "Two requests wrote to this key at the same time",
    mend: "Send again: the answer is then 200 or 412.",
  },
  {
    name: "checksum-differs",
    codes: [
      "BadDigest",
      "InvalidDigest",
      "XAmzContentSHA256Mismatch",
      "XAmzContentChecksumMismatch",
    ],
    says: "The body has another checksum than was signed, or the checksum is none",
    mend: "Compute the checksum of the very bytes that are sent, in base64 (CRCs big-endian), and ask for a new ticket. The file may have changed meanwhile.",
  },
  {
    name: "body-cut",
    codes: ["RequestTimeout", "IncompleteBody"],
    says: "Fewer bytes arrived than Content-Length says",
    mend: "Send again. If it happens each time, the length that was signed is larger than the body.",
  },
  {
    name: "too-large",
    codes: ["EntityTooLarge", "MaxMessageLengthExceeded"],
    statuses: [413],
    says: "The body is larger than the store takes in one PUT",
    mend: "Upload it in parts: `multipartFrom` of the policy. Stores take 5 GiB in one PUT at the most, proxies before them less.",
  },
  {
    name: "too-small",
    codes: ["EntityTooSmall"],
    says: "A part other than the last one is smaller than 5 MiB",
    mend: "Cut the file at the lengths that the tickets of the parts have.",
  },
  {
    name: "no-such-bucket",
    codes: ["NoSuchBucket"],
    says: ({ answer }) =>
      `There is no bucket of this name: ${answer.fields?.get("BucketName") ?? "see the path and the host"}`,
    mend: "Compare `bucket` and `endpoint` of the store with the provider's console; R2's jurisdictions have an endpoint of their own.",
  },
  {
    name: "no-such-upload",
    codes: ["NoSuchUpload"],
    says: "The upload in parts was completed or aborted meanwhile",
    mend: "Begin it anew.",
  },
  {
    name: "redirected",
    codes: ["PermanentRedirect", "TemporaryRedirect"],
    statuses: [301, 307],
    says: ({ answer }) =>
      `The bucket is in another region${endpointOf(answer.fields?.get("Endpoint"))}`,
    mend: "Set `region` and `endpoint` of the store to the bucket's own: the host is signed, so that no client can follow. A bucket of the last hours may redirect until its name is known everywhere.",
  },
  {
    name: "header-not-implemented",
    codes: ["NotImplemented"],
    statuses: [501],
    says: ({ answer }) =>
      `The store does not know ${answer.fields?.get("Header") ?? "a header or a parameter of the request"}`,
    mend: "Take it out of what is signed: for If-None-Match `overwrite: true` in the policy, for tags, ACLs and storage classes their fields. docs/providers.md says what each store can do.",
  },
  {
    name: "store-busy",
    codes: ["SlowDown", "ServiceUnavailable", "TooManyRequests"],
    statuses: [429, 503],
    says: "The store has too much to do",
    mend: "Send again after a while with the same ticket, each time after a longer one.",
  },
  {
    name: "store-failed",
    codes: ["InternalError"],
    statuses: [500, 502, 504],
    says: "The store, or a proxy before it, failed",
    mend: "Send again with the same ticket until it expires.",
  },
];

const lengthRequired: Cause = {
  name: "length-required",
  find: ({ answer, code, sent }) => {
    const isChunked = answer.fields?.get("Header")?.toLowerCase() === "transfer-encoding";
    if (answer.status !== 411 && code !== "MissingContentLength" && !isChunked) return undefined;
    if (sent && headerOf(sent, "content-length") !== undefined) return undefined;
    return {
      certainty: "certain",
      line: "headers",
      signed: "content-length",
      sent: "content-length is not there",
      says: "The request came without a Content-Length, as clients do that send a stream in chunks",
      mend: "Give the client a body whose length it knows: a file, a Blob, bytes. A stream needs its length set.",
    };
  },
};

export const CODE_CAUSES: readonly Cause[] = [...NAMED.map(toCause), lengthRequired];

function toCause({ name, codes, statuses = [], says, mend }: Named): Cause {
  return {
    name,
    find: (evidence) => {
      const { code, answer } = evidence;
      const isStatus = answer.problem === undefined && statuses.includes(answer.status ?? -1);
      const isNamed = code === "" ? isStatus : codes.includes(code);
      if (!isNamed || (name === "header-not-implemented" && lengthRequired.find(evidence)))
        return undefined;
      const words = typeof says === "string" ? says : says(evidence);
      // A method or a parameter may be what is not implemented.
      const isOpen = name === "header-not-implemented" && !answer.fields?.has("Header");
      return { certainty: isOpen ? "likely" : "certain", line: "answer", says: words, mend };
    },
  };
}

function endpointOf(endpoint: string | undefined): string {
  return endpoint === undefined ? "" : `: ${endpoint}`;
}
