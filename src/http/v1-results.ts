/** The answers of `/v1` that list results: of a batch, and the policies of a caller. */
import type * as z from "zod/mini";
import { knownExtensions } from "../grant/content-type.ts";
import type { Log } from "../log.ts";
import type { CompletedUpload, UnfinishedUpload } from "../operation/complete.ts";
import type { CredentialGrant } from "../grant/authorize-credentials.ts";
import type { ListedPolicy, PolicyList } from "../operation/policies.ts";
import { problemBody } from "../problem.ts";
import { logError } from "./log-error.ts";
import type { allowedPolicy, policyList } from "./v1-answer.ts";
import { completionAnswer, statusOf } from "./v1-upload-response.ts";

/** One result for each id, in their order. Each refusal is logged, as that of a single completion is. */
export function completionsAnswer(
  ids: readonly string[],
  outcomes: readonly PromiseSettledResult<CompletedUpload | UnfinishedUpload>[],
  request: { readonly log: Log; readonly requestId: string },
): { readonly results: readonly object[] } {
  const results = outcomes.map((outcome, index) => {
    if (outcome.status === "fulfilled") {
      const upload = completionAnswer(outcome.value, ids[index] ?? "");
      return { status: statusOf(outcome.value), upload };
    }
    const problem = logError(outcome.reason, request);
    return { status: problem.status, problem: problemBody(problem, request.requestId) };
  });
  return { results };
}

/** What is absent is not allowed, or has no limit of its own. */
export function policiesAnswer(list: PolicyList): z.output<typeof policyList> {
  return {
    ...(list.default !== undefined && { default: list.default }),
    policies: [...list.policies.map(policyAnswer), ...list.credentials.map(credentialsAnswer)],
  };
}

function policyAnswer(listed: ListedPolicy): z.output<typeof allowedPolicy> {
  const { policy, allowance, quota } = listed;
  return {
    name: policy.name,
    ...(allowance.upload && uploadFields(policy, allowance.upload)),
    ...(allowance.download && { download: true }),
    ...(allowance.delete && { delete: true }),
    ...((allowance.upload || allowance.download) && { expiresIn: allowance.expiresIn }),
    ...(quota && { quota }),
  };
}

function credentialsAnswer({
  policy,
  actions,
  expiresInSeconds,
}: CredentialGrant): z.output<typeof allowedPolicy> {
  return { name: policy.name, credentials: actions, expiresIn: expiresInSeconds };
}

/** What an upload may be. Without it the caller cannot upload. */
function uploadFields(
  { types, minBytes, multipartFrom, checksum, checksums, metadata }: ListedPolicy["policy"],
  { maxBytes, sizeRequired }: NonNullable<ListedPolicy["allowance"]["upload"]>,
): Omit<z.output<typeof allowedPolicy>, "name"> {
  const extensions = knownExtensions(types);
  return {
    types,
    ...(extensions && { extensions }),
    maxBytes,
    minBytes,
    ...(sizeRequired && { sizeRequired: true }),
    ...(multipartFrom !== undefined && { multipartFrom }),
    ...(checksums.size > 0 && {
      checksum: {
        algorithms: [...checksums],
        ...(checksum !== "optional" && { required: true }),
      },
    }),
    ...(metadata.length > 0 && { metadata }),
  };
}
