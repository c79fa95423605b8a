/** Causes that the kind of answer shows: blocked by the browser, refused by the Worker, or empty. */
import { docsPath } from "../docs-path.ts";
import type { Cause } from "./finding.ts";
import { headerOf, parameterOf } from "./request.ts";

const blocked: Cause = {
  name: "cors",
  find: ({ answer, sent, signed, url }) => {
    if (answer.status !== 0) return undefined;
    const origin = (sent && headerOf(sent, "origin")) ?? "the page's origin";
    const headers = [...(signed?.headers.keys() ?? [])].filter(
      (name) => !["host", "content-length"].includes(name) && signed?.headers.get(name) !== "",
    );
    return {
      certainty: "likely",
      line: "answer",
      message:
        "The browser blocked the answer: the CORS rule of the bucket does not match, or the store refused the request without CORS headers",
      fix: `Check the CORS rule of the bucket: it needs the origin ${origin}, the method ${signed?.method ?? "PUT"}, the headers ${headers.join(", ") || "of the ticket"}, and ETag in ExposeHeaders. Look in the network panel for an OPTIONS request whose status is not 200. Then send the ticket with curl${url ? ` to ${url.host}` : ""} to see the error of the store.`,
    };
  },
};

const byWorker: Cause = {
  name: "refused-by-worker",
  find: ({ answer: { problem } }) =>
    problem && {
      certainty: "certain",
      line: "answer",
      message: `The Worker refused the ticket: ${problem.code}${problem.detail === "" ? "" : `, ${problem.detail}`}`,
      fix: `The signature is not the problem. Look up the code in ${docsPath("protocol.md")}.`,
    },
};

const typeNotSigned: Cause = {
  name: "content-type-not-signed",
  find: ({ code, message, sent, signing }) => {
    const type = sent && headerOf(sent, "content-type");
    if (code !== "AccessDenied" || message !== "" || type === undefined) return undefined;
    if (!signing || signing.signedHeaders.includes("content-type")) return undefined;
    return {
      certainty: "likely",
      line: "signed headers",
      signed: "no content-type",
      sent: `content-type: ${type}`,
      message: "Content-Type was sent, but not signed: Ceph 20 and later refuses that",
      fix: "Sign the content type: browsers always send one.",
    };
  },
};

export const ANSWER_CAUSES: readonly Cause[] = [byWorker, typeNotSigned, blocked];

/** Returns the cause for a refusal that neither the signature nor `others` explain. */
export function noPermission(others: readonly Cause[]): Cause {
  return {
    name: "no-permission",
    find: (evidence) => {
      const { code, message, url } = evidence;
      const isPlain = code === "AccessDenied" && !/sign|expire|valid/i.test(message);
      const isSigned = parameterOf(url, "X-Amz-Signature") !== undefined;
      if (!isPlain || !isSigned || others.some(({ find }) => find(evidence))) return undefined;
      return {
        certainty: "possible",
        line: "answer",
        message: "The signature may be valid, but the signing key lacks the permission",
        fix: "Check the permissions of the access key and the bucket policy: s3:PutObject on this prefix, and conditions such as s3:signatureAge, the IP address or encryption.",
      };
    },
  };
}
