/** What only the development server answers, for its page: tokens and policies. */
import type { ConfigDefinition } from "../src/config/definition.ts";
import { parseSize } from "../src/config/units.ts";
import { isLoopback } from "../src/loopback.ts";
import { answerToken } from "./token.ts";

/** Returns the answer, or `undefined` for any other request. */
export async function answerDevelopment(
  request: Request,
  definition: ConfigDefinition,
): Promise<Response | undefined> {
  const url = new URL(request.url);
  // Under another name, a page of another site could read what it must not.
  if (request.method !== "GET" || !isLoopback(url.hostname)) return undefined;
  if (url.pathname === "/dev/policies") return Response.json(describePolicies(definition));
  return url.pathname === "/dev/token" ? answerToken(url.searchParams.get("user")) : undefined;
}

/** What the page shows of each policy, the default one first. */
function describePolicies({ policies, defaultPolicy }: ConfigDefinition): unknown {
  const all = Object.entries(policies).map(([name, policy]) => ({
    name,
    types: policy.types,
    maxBytes: parseSize(policy.maxBytes),
    download: policy.download ?? false,
    delete: policy.delete ?? false,
  }));
  const isDefault = ({ name }: { readonly name: string }) => name === defaultPolicy;
  return { policies: [...all.filter(isDefault), ...all.filter((one) => !isDefault(one))] };
}
