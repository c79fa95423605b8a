/** A plan as text: a heading for each step, and below it what is to be pasted. */
import { styleText } from "node:util";
import {
  awsFlags,
  corsPastes,
  formatsOf,
  lifecyclePastes,
  type Format,
  type Paste,
} from "./formats.ts";
import { formatJson } from "./format-json.ts";
import type { Plan } from "./plan.ts";

/** How the plan is shown: `format` leaves all other tools out. */
export interface Showing {
  readonly format: Format | undefined;
  /** What to put into the configuration, where it was completed. */
  readonly lines: string | undefined;
}

export function printPlan(plan: Plan, { format, lines }: Showing): string {
  const { store, policies } = plan.use;
  const formats = format ? [format] : formatsOf(store.providerName);
  const names = policies.map(({ name }) => name).join(", ");
  const sections = [
    `${styleText("bold", `Store ${store.name}`)}: the bucket "${store.bucket}" of ${store.provider.title}, for ${policies.length === 1 ? "the policy" : "the policies"} ${names}`,
    lines === undefined ? "" : section("Put into presigner.config.ts", lines),
    section("1. CORS: what pages may send and read", ...cors(plan, formats)),
    section("2. Permissions of the writing key", plan.advice.writer, ...iam(plan, "writer")),
    section("   Permissions of the reading key", plan.advice.reader, ...iam(plan, "reader")),
    plan.bucketPolicy
      ? section("   What the bucket refuses to everybody", ...bucketPolicyLines(plan))
      : "",
    section("3. Lifecycle: what ends uploads in parts", ...lifecycle(plan, formats)),
    section("4. Secrets of the Worker", ...secrets(plan)),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function cors({ use, cors: rule, advice }: Plan, formats: readonly Format[]): readonly string[] {
  if (!rule) return ["No page is named under origins: apps that are no browser need no rule."];
  return [
    `${rule.origins.join(" ")} may ${rule.methods.join(", ")}.`,
    ...noted(advice.cors),
    ...formats.map((format) => paste(corsPastes(use.store, rule)[format])),
  ];
}

function iam({ use, writer, reader }: Plan, whose: "writer" | "reader"): readonly string[] {
  const document = whose === "writer" ? writer : reader;
  if (!document) return [];
  const user = `edge-presigner-${use.store.name}-${whose}`;
  const commands =
    use.store.providerName === "aws"
      ? [
          `aws iam create-user --user-name ${user}`,
          `aws iam put-user-policy --user-name ${user} --policy-name edge-presigner --policy-document file://${whose}.json`,
          `aws iam create-access-key --user-name ${user}`,
        ]
      : [];
  return [file(`${whose}.json`, document, commands)];
}

function bucketPolicyLines({ use, bucketPolicy, advice }: Plan): readonly string[] {
  if (!bucketPolicy) return [];
  const command = `aws s3api put-bucket-policy --bucket ${use.store.bucket} ${awsFlags(use.store)} --policy file://bucket-policy.json`;
  return [...noted(advice.bucketPolicy), file("bucket-policy.json", bucketPolicy, [command])];
}

function lifecycle(
  { use, lifecycle: rules, advice }: Plan,
  formats: readonly Format[],
): readonly string[] {
  if (rules.length === 0) return ["No policy sends parts (multipartFrom): nothing is to be ended."];
  const pastes = lifecyclePastes(use.store, rules);
  return [
    ...noted(advice.lifecycle),
    ...formats.flatMap((format) => (pastes[format] ? [paste(pastes[format])] : [])),
  ];
}

function secrets({ secrets: lines }: Plan): readonly string[] {
  return [
    lines
      .map(({ command, says, isOptional }) => {
        const optional = isOptional ? ", optional" : "";
        return `${command} ${styleText("dim", `# ${says}${optional}`)}`;
      })
      .join("\n"),
  ];
}

function paste({ title, file: content, commands }: Paste): string {
  const heading = styleText("cyan", `# ${title}`);
  if (!content) return [heading, ...commands].join("\n");
  if (content.name === "") return `${heading}\n${formatJson(content.content)}`;
  return `${heading}\n${file(content.name, content.content, commands)}`;
}

/** A file of JSON and what is done with it, as a shell takes them. */
function file(name: string, content: unknown, commands: readonly string[]): string {
  return [`cat > ${name} <<'JSON'`, formatJson(content), "JSON", ...commands].join("\n");
}

function noted(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}

function section(title: string, ...parts: readonly string[]): string {
  return [styleText(["bold", "underline"], title), ...parts].join("\n\n");
}
