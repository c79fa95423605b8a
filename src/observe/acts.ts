/** What a request did, for the audit: each act with who did it, and in which request. */
import type { RequestAct } from "../audit/act.ts";
import type { ProblemCode } from "../problem.ts";
import type { Observation } from "./observation.ts";

/** Whoever asks is not, or no longer, who they say. */
const NOT_RECOGNIZED: ReadonlySet<ProblemCode | "ok"> = new Set([
  "unauthenticated",
  "not-admin",
  "revoked",
] satisfies ProblemCode[]);

interface Request {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
}

export function actsOf(
  { acts, code, who, country }: Observation,
  { requestId, method, route }: Request,
): readonly RequestAct[] {
  const request = { ...who, requestId, country };
  if (code !== "ok" && NOT_RECOGNIZED.has(code))
    return [{ type: "identity.refused", code, ...request, method, route }];
  return acts.map((act) => ({
    ...act,
    ...request,
    // An admin's request is one act, and ends as the request does.
    ...(act.type === "admin.called" && { method, route, ...(code !== "ok" && { code }) }),
  }));
}
