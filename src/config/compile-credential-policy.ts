/** Compiles the policies that give credentials: their definitions and stores → the rules as they are applied. */
import { parseTemplate, type Template } from "../key/template.ts";
import { CREDENTIAL_ACTIONS } from "../store/scoped-access.ts";
import type { Store } from "../store/store.ts";
import type { KeySpace } from "./key-space.ts";
import { checkPolicyName, type KnownStores } from "./compile-policy.ts";
import type { CredentialPolicy } from "./config.ts";
import { asRecord } from "./as-record.ts";
import { credentialPolicySchema, type CredentialPolicyFields } from "./credential-policy-schema.ts";
import type { ErrorCollector } from "./errors.ts";
import { parseFields, type Fields } from "./fields.ts";
import { policySchema } from "./policy-schema.ts";
import { prefixSpace } from "./parent-credentials.ts";

const MAX_SECONDS = 3600;
const PREFIX = /^(?:[A-Za-z0-9_.-]+\/)+\{user\}\/$/;
const ROLE = /^arn:(aws[a-z-]{0,16}):iam::(?:\d{12})?:role\/[\w+=,.@/-]{1,512}$/;

interface CompiledCredentialPolicy {
  /** Without the parent pair, which several policies can share. */
  readonly policy: Omit<CredentialPolicy, "parent"> | undefined;
  readonly keySpace: KeySpace | undefined;
}

/** Returns whether a definition is of a policy that gives credentials. */
export function givesCredentials(value: unknown): boolean {
  return asRecord(value)["credentials"] !== undefined;
}

/** Returns the policy, or `undefined` with each error collected. */
export function compileCredentialPolicy(
  name: string,
  value: unknown,
  { known, errors }: { readonly known: KnownStores; readonly errors: ErrorCollector },
): CompiledCredentialPolicy {
  checkPolicyName(name, errors);
  const fields = parseFields(credentialPolicySchema, withoutTicketFields(value, errors), errors);
  const store = findStore(fields.get("store"), known, errors.at("store"));
  const template = parsePrefix(fields.get("key"), errors.at("key"));
  if (store) checkSupport(store, fields, errors);
  const { all } = fields;
  return {
    policy: all && store && template && toPolicy(all, { name, store, template }),
    keySpace: template && store && prefixSpace({ name, store, template }),
  };
}

/** Refuses what a ticket enforces and credentials cannot, with a reason. */
function withoutTicketFields(value: unknown, errors: ErrorCollector): unknown {
  const entries = Object.entries(asRecord(value)).filter(([field]) => {
    const isOfTickets =
      Object.hasOwn(policySchema.shape, field) &&
      !Object.hasOwn(credentialPolicySchema.shape, field);
    if (isOfTickets)
      errors
        .at(field)
        .add("must be left out: only tickets keep it, and a policy with credentials gives none");
    return !isOfTickets;
  });
  return Object.fromEntries(entries);
}

function findStore(
  name: string | undefined,
  { stores, declared }: KnownStores,
  errors: ErrorCollector,
): Store | undefined {
  if (name !== undefined && !declared.has(name)) errors.add(`there is no store "${name}"`);
  return name === undefined ? undefined : stores.get(name);
}

/**
 * Returns the template of the prefix without its last slash. None of its characters means anything in the
 * resource of an IAM policy, and none in a user's segment does: `*`, `?` and `$` would.
 */
function parsePrefix(key: string | undefined, errors: ErrorCollector): Template | undefined {
  if (key === undefined) return undefined;
  const template = PREFIX.test(key) ? parseTemplate(key.slice(0, -1)) : undefined;
  if (template && !("errors" in template)) return template;
  errors.add(
    'must be folders of A-Z, a-z, 0-9, "_", "." and "-", and end with {user}/, such as "sync/{user}/"',
  );
  return undefined;
}

function checkSupport(
  { name, provider, providerName, region }: Store,
  fields: Fields<CredentialPolicyFields>,
  errors: ErrorCollector,
): void {
  const { scopedCredentials: support, title } = provider;
  const at = errors.at("credentials");
  if (!support) {
    at.add(`must be left out: ${title} (store "${name}") has no credentials for one prefix`);
    return;
  }
  fields.check(({ credentials: { expiresIn, roleArn } }) => {
    const { minSeconds, role } = support;
    if (expiresIn < minSeconds || expiresIn > MAX_SECONDS)
      at.at("expiresIn").add(`must be from ${minSeconds} seconds to 1 hour on ${title}`);
    const partition = ROLE.exec(roleArn ?? "")?.[1];
    const hasRole = roleArn !== undefined;
    if (hasRole && role === "none") at.at("roleArn").add(`must be left out: ${title} has no roles`);
    else if (!hasRole && role !== "required") return;
    else if (partition === undefined)
      at.at("roleArn").add(
        "must be the ARN of a role, such as arn:aws:iam::123456789012:role/edge-presigner-scoped",
      );
    else if (providerName === "aws" && partition !== partitionOf(region))
      at.at("roleArn").add(`must start with arn:${partitionOf(region)}: in the region ${region}`);
  });
}

/** GovCloud and China are partitions of their own (AWS: "Amazon Resource Names"). */
function partitionOf(region: string): string {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return region.startsWith("cn-") ? "aws-cn" : "aws";
}

function toPolicy(
  { credentials: { actions, expiresIn, roleArn }, expiresWithToken }: CredentialPolicyFields,
  where: Pick<CredentialPolicy, "name" | "store" | "template">,
): Omit<CredentialPolicy, "parent"> {
  return {
    ...where,
    actions: CREDENTIAL_ACTIONS.filter((action) => actions.includes(action)),
    expiresInSeconds: expiresIn,
    expiresWithToken,
    roleArn,
  };
}
