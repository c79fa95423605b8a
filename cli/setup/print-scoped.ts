/** Prints what temporary credentials for one prefix need: files to paste, and the commands that use them. */
import type { Store } from "../../src/store/store.ts";
import { formatJson } from "./format-json.ts";
import type { ScopedPlan, ScopedRole } from "./scoped.ts";

/** Returns the parts of the section. */
export function printScoped(store: Store, plan: ScopedPlan): readonly string[] {
  const { description, parent, roles, user } = plan;
  const intro = `For the ${plan.policies.length === 1 ? "policy" : "policies"} ${plan.policies.join(", ")}. ${description}`;
  const files = [
    ...(parent ? [file("scoped-parent.json", parent)] : []),
    ...roles.flatMap((role, index) => [
      file(`${fileOf("scoped-trust", index)}.json`, role.trust),
      file(`${fileOf("scoped-role", index)}.json`, role.permissions),
    ]),
  ];
  const commands = commandsOf(store, plan);
  const notes = store.providerName === "ceph" ? [CEPH_NOTE.replaceAll("USER", user)] : [];
  return [intro, ...notes, ...files, ...(commands.length > 0 ? [commands.join("\n")] : [])];
}

const CEPH_NOTE =
  "The gateway needs rgw_sts_key, a secret of 16 characters, and rgw_s3_auth_use_sts = true. The objects of sessions belong to USER, and the Worker's own keys do not reach them.";

/** A second role gets a file of its own. */
const fileOf = (name: string, index: number) => (index === 0 ? name : `${name}-${index + 1}`);

function commandsOf(
  { providerName }: Store,
  { user, parent, roles }: ScopedPlan,
): readonly string[] {
  if (providerName === "aws")
    return [
      `aws iam create-user --user-name ${user}`,
      ...(parent
        ? [
            `aws iam put-user-policy --user-name ${user} --policy-name edge-presigner --policy-document file://scoped-parent.json`,
          ]
        : []),
      ...roles.flatMap(awsRole),
      `aws iam create-access-key --user-name ${user}`,
    ];
  if (providerName === "ceph")
    return [
      `radosgw-admin user create --uid=${user} --display-name=${user}`,
      ...roles.flatMap(cephRole),
    ];
  if (providerName === "minio")
    return [
      "SECRET=$(openssl rand -hex 20)",
      `mc admin user add ALIAS ${user} "$SECRET" # the id of the parent pair is ${user}`,
      `mc admin policy create ALIAS ${user} scoped-parent.json`,
      `mc admin policy attach ALIAS ${user} --user ${user}`,
    ];
  return [];
}

/** A new user is not known to roles at once (AWS: "Changes that I make are not always immediately visible"). */
function awsRole({ name, path }: ScopedRole, index: number): readonly string[] {
  const inPath = path === "/" ? "" : ` --path ${path}`;
  return [
    `aws iam create-role --role-name ${name}${inPath} --max-session-duration 3600 --assume-role-policy-document file://${fileOf("scoped-trust", index)}.json`,
    `aws iam put-role-policy --role-name ${name} --policy-name edge-presigner --policy-document file://${fileOf("scoped-role", index)}.json`,
  ];
}

function cephRole({ name, path }: ScopedRole, index: number): readonly string[] {
  const inPath = path === "/" ? "" : ` --path=${path}`;
  return [
    `radosgw-admin role create --role-name=${name}${inPath} --assume-role-policy-doc="$(cat ${fileOf("scoped-trust", index)}.json)"`,
    `radosgw-admin role-policy put --role-name=${name} --policy-name=edge-presigner --policy-doc="$(cat ${fileOf("scoped-role", index)}.json)"`,
  ];
}

function file(name: string, content: unknown): string {
  return [`cat > ${name} <<'JSON'`, formatJson(content), "JSON"].join("\n");
}
