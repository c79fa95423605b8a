/** Plans what temporary credentials for one prefix need: the parent pair, and on AWS and Ceph a role. */
import type { CredentialPolicy } from "../../src/config/config.ts";
import { startOf } from "../../src/key/template-start.ts";
import type { Store } from "../../src/store/store.ts";
import { OBJECT_ACTIONS } from "../../src/store/session-policy.ts";
import { bucketArn } from "./permissions.ts";
import { toDocument, type PolicyDocument, type TrustDocument } from "./policy-document.ts";

/** A role that the parent assumes. */
export interface ScopedRole {
  readonly arn: string;
  /** Without the path that the ARN may have. */
  readonly name: string;
  /** `/` or `/path/`. */
  readonly path: string;
  /** Who may assume it. */
  readonly trust: TrustDocument;
  /** The most that its sessions may do; each gets less. */
  readonly permissions: PolicyDocument;
}

export interface ScopedPlan {
  readonly policies: readonly string[];
  /** The name of the parent user. */
  readonly user: string;
  /** What to create, for a person. */
  readonly description: string;
  /** The parent's own policy; `undefined` where it needs none, or where keys accept no policies. */
  readonly parent: PolicyDocument | undefined;
  readonly roles: readonly ScopedRole[];
}

/** Returns the plan; `undefined` for a store without such policies. */
export function planScoped(
  store: Store,
  policies: readonly CredentialPolicy[],
): ScopedPlan | undefined {
  if (policies.length === 0) return undefined;
  const user = `edge-presigner-${store.name}-scoped`;
  const roles = rolesOf(store, policies, user);
  const { kind } = store.provider.scopedCredentials ?? {};
  return {
    policies: policies.map(({ name }) => name),
    user,
    description: DESCRIPTIONS[kind === "r2-token" ? "r2" : roles.length > 0 ? "role" : "parent"],
    parent: kind === "r2-token" ? undefined : parentPolicy(store, policies, roles),
    roles,
  };
}

const DESCRIPTIONS = {
  role: "Create a user of its own, which may assume the role below and nothing else. Its keys are the parent pair: they reach no object themselves.",
  parent:
    "Create a user of its own with this policy. Its keys are the parent pair: a session can do what this policy and the session's own both allow.",
  r2: 'Create an API token "Object Read & Write" for only this bucket, and not the one of the writing key: its id and secret are the parent pair. The Worker signs the temporary credentials with them, without a request. If you revoke the token, all of them end.',
} as const;

function rolesOf(
  store: Store,
  policies: readonly CredentialPolicy[],
  user: string,
): readonly ScopedRole[] {
  const byRole = Map.groupBy(policies, ({ roleArn }) => roleArn);
  return Array.from(byRole, ([arn, all]) => {
    if (arn === undefined) return [];
    const [, partition = "aws", account = "", path = "/", name = ""] =
      /^arn:([a-z-]+):iam::(\d*):role(\/(?:.+\/)?)([^/]+)$/.exec(arn) ?? [];
    const trust: TrustDocument = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: [`arn:${partition}:iam::${account}:user/${user}`] },
          Action: ["sts:AssumeRole"],
        },
      ],
    };
    return [{ arn, name, path, trust, permissions: objectPolicy(store, all) }];
  }).flat();
}

/** With a role the parent assumes it, and without one sessions have what the parent has. */
function parentPolicy(
  store: Store,
  policies: readonly CredentialPolicy[],
  roles: readonly ScopedRole[],
): PolicyDocument | undefined {
  // On Ceph the trust policy of the role is enough.
  if (store.providerName === "ceph") return undefined;
  if (roles.length === 0) return objectPolicy(store, policies);
  return toDocument([
    {
      Sid: "AssumeRole",
      Effect: "Allow",
      Action: ["sts:AssumeRole"],
      Resource: roles.map(({ arn }) => arn),
    },
  ]);
}

/** Returns everything that the policies' sessions may do, for all of their users. */
function objectPolicy(store: Store, policies: readonly CredentialPolicy[]): PolicyDocument {
  const prefixes = policies.map(({ template }) => startOf(template).text);
  const listed = policies.flatMap(({ actions, template }) =>
    actions.includes("read") ? [`${startOf(template).text}*`] : [],
  );
  const actions = policies.flatMap((policy) =>
    policy.actions.flatMap((action): readonly string[] => OBJECT_ACTIONS[action]),
  );
  return toDocument([
    {
      Sid: "UseObjects",
      Effect: "Allow",
      Action: [...new Set(actions)],
      Resource: prefixes.map((prefix) => `${bucketArn(store)}/${prefix}*`),
    },
    listed.length === 0
      ? undefined
      : {
          Sid: "ListObjects",
          Effect: "Allow",
          Action: ["s3:ListBucket"],
          Resource: [bucketArn(store)],
          Condition: { StringLike: { "s3:prefix": listed } },
        },
  ]);
}
