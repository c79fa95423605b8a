/** Causes that the store's answer names by its error code or status. */
import { docsPath } from "../docs-path.ts";
import type { Evidence } from "./evidence.ts";
import type { Cause } from "./finding.ts";
import { headerOf } from "./request.ts";

interface Named {
  readonly name: string;
  readonly codes: readonly string[];
  readonly statuses?: readonly number[];
  readonly message: string | ((evidence: Evidence) => string);
  readonly fix: string;
}

const NAMED: readonly Named[] = [
  {
    name: "already-stored",
    codes: ["PreconditionFailed"],
    statuses: [412],
    message:
      "An object with this key exists, and the ticket does not allow overwriting (If-None-Match: *)",
    fix: "If this is a retry after a lost answer, the first attempt was stored: complete the upload. Otherwise request a new ticket.",
  },
  {
    name: "written-at-once",
    codes: ["ConditionalRequestConflict", "OperationAborted"],
    statuses: [409],
    message: "Two requests wrote to this key at the same time",
    fix: "Send the request again: the answer is then 200 or 412.",
  },
  {
    name: "checksum-differs",
    codes: [
      "BadDigest",
      "InvalidDigest",
      "XAmzContentSHA256Mismatch",
      "XAmzContentChecksumMismatch",
    ],
    message: "The checksum of the body is not the signed one, or is not a valid checksum",
    fix: "Compute the checksum of exactly the bytes that are sent, in base64 (CRCs in big-endian), and request a new ticket. The file may have changed in the meantime.",
  },
  {
    name: "body-cut",
    codes: ["RequestTimeout", "IncompleteBody"],
    message: "Fewer bytes arrived than the Content-Length",
    fix: "Send the request again. If this always happens, the signed length is larger than the body.",
  },
  {
    name: "too-large",
    codes: ["EntityTooLarge", "MaxMessageLengthExceeded"],
    statuses: [413],
    message: "The body is larger than the store accepts in one PUT",
    fix: "Use a multipart upload: set `multipartFrom` in the policy. Stores accept at most 5 GiB in one PUT, and proxies in front of them less.",
  },
  {
    name: "too-small",
    codes: ["EntityTooSmall"],
    message: "A part other than the last one is smaller than 5 MiB",
    fix: "Split the file at the lengths in the tickets of the parts.",
  },
  {
    name: "no-such-bucket",
    codes: ["NoSuchBucket"],
    message: ({ answer }) =>
      `The bucket does not exist: ${answer.fields?.get("BucketName") ?? "see the path and the host of the URL"}`,
    fix: "Compare `bucket` and `endpoint` of the store with the provider's console. R2 buckets with a jurisdiction have another endpoint.",
  },
  {
    name: "no-such-upload",
    codes: ["NoSuchUpload"],
    message: "The multipart upload was already completed or aborted",
    fix: "Start a new upload.",
  },
  {
    name: "redirected",
    codes: ["PermanentRedirect", "TemporaryRedirect"],
    statuses: [301, 307],
    message: ({ answer }) =>
      `The bucket is in another region${endpointOf(answer.fields?.get("Endpoint"))}`,
    fix: "Set `region` and `endpoint` of the store to those of the bucket: the host is signed, so a client cannot follow the redirect. A bucket that is a few hours old may redirect until its name is available everywhere.",
  },
  {
    name: "header-not-implemented",
    codes: ["NotImplemented"],
    statuses: [501],
    message: ({ answer }) =>
      `The store does not support ${answer.fields?.get("Header") ?? "a header or a parameter of the request"}`,
    fix: `Do not sign it: set \`overwrite: true\` in the policy for If-None-Match, and remove the policy's fields for tags, ACLs or storage classes. ${docsPath("providers.md")} lists what each store supports.`,
  },
  {
    name: "store-busy",
    codes: ["SlowDown", "ServiceUnavailable", "TooManyRequests"],
    statuses: [429, 503],
    message: "The store is overloaded",
    fix: "Retry with the same ticket, and wait longer before each attempt.",
  },
  {
    name: "store-failed",
    codes: ["InternalError"],
    statuses: [500, 502, 504],
    message: "The store, or a proxy in front of it, failed",
    fix: "Retry with the same ticket until it expires.",
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
      sent: "no content-length",
      message:
        "The request has no Content-Length: clients omit it when they send a stream in chunks",
      fix: "Pass a body of known length to the client: a file, a Blob or bytes. For a stream, set the length.",
    };
  },
};

export const CODE_CAUSES: readonly Cause[] = [...NAMED.map(toCause), lengthRequired];

function toCause({ name, codes, statuses = [], message, fix }: Named): Cause {
  return {
    name,
    find: (evidence) => {
      const { code, answer } = evidence;
      const isStatus = answer.problem === undefined && statuses.includes(answer.status ?? -1);
      const isNamed = code === "" ? isStatus : codes.includes(code);
      if (!isNamed || (name === "header-not-implemented" && lengthRequired.find(evidence)))
        return undefined;
      const words = typeof message === "string" ? message : message(evidence);
      // Without the name of a header, a method or a parameter may be what is not supported.
      const isOpen = name === "header-not-implemented" && !answer.fields?.has("Header");
      return { certainty: isOpen ? "likely" : "certain", line: "answer", message: words, fix };
    },
  };
}

function endpointOf(endpoint: string | undefined): string {
  return endpoint === undefined ? "" : `: ${endpoint}`;
}
