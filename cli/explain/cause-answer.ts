/** Causes that are told from the kind of answer: a browser's silence, the Worker's refusal, an empty one. */
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
      says: "The browser saw no answer: the bucket's CORS rule does not fit, or the store refused, as refusals carry no CORS headers",
      mend: `Look at the bucket's CORS rule: it needs the origin ${origin}, the method ${signed?.method ?? "PUT"}, the headers ${headers.join(", ") || "of the ticket"}, and ETag exposed. In the network panel, look for an OPTIONS that was not answered with 200. Then send the ticket with curl${url ? ` to ${url.host}` : ""}: it shows what the store says.`,
    };
  },
};

const byWorker: Cause = {
  name: "refused-by-worker",
  find: ({ answer: { problem } }) =>
    problem && {
      certainty: "certain",
      line: "answer",
      says: `The Worker gave no ticket: ${problem.code}${problem.detail === "" ? "" : `, ${problem.detail}`}`,
      mend: "This is no matter of signatures: docs/protocol.md says what each code asks for.",
    },
};

const typeNotSigned: Cause = {
  name: "content-type-not-signed",
  find: ({ code, message, sent, terms }) => {
    const type = sent && headerOf(sent, "content-type");
    if (code !== "AccessDenied" || message !== "" || type === undefined) return undefined;
    if (!terms || terms.signedHeaders.includes("content-type")) return undefined;
    return {
      certainty: "likely",
      line: "signed headers",
      signed: "no content-type",
      sent: `content-type: ${type}`,
      says: "Content-Type was sent and not signed, which Ceph from 20 on refuses",
      mend: "Sign the type: browsers always send one.",
    };
  },
};

export const ANSWER_CAUSES: readonly Cause[] = [byWorker, typeNotSigned, blocked];

/** Nothing else explains a refusal that is none of the signature. */
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
        says: "The signature may be good, and the key that signed may not do this",
        mend: "Look at the rights of the access key and at the bucket's policy: s3:PutObject on this prefix, and conditions such as s3:signatureAge, the address or encryption.",
      };
    },
  };
}
