/** Prints the plan: a heading for each step, and below it what to paste. */
import { styleText } from "node:util";
import {
  awsFlags,
  corsPastes,
  formatsOf,
  lifecyclePastes,
  type Format,
  type Paste,
} from "./formats.ts";
import { isQuarantined } from "./bucket-use.ts";
import { formatJson } from "./format-json.ts";
import { userOf } from "./permissions.ts";
import { printScoped } from "./print-scoped.ts";
import type { Plan } from "./plan.ts";
import { keyNotesOf } from "./quarantine-notes.ts";

/** The options of printing. With `format`, all other tools are left out. */
export interface PrintOptions {
  readonly format: Format | undefined;
  /** The lines for the configuration file, if it was completed. */
  readonly lines: string | undefined;
}

/** Returns the plan as text. */
export function printPlan(plan: Plan, { format, lines }: PrintOptions): string {
  const { store, policies, credentialPolicies } = plan.use;
  const formats = format ? [format] : formatsOf(store.providerName);
  const names = [...policies, ...credentialPolicies].map(({ name }) => name);
  const title = `${styleText("bold", `Store ${store.name}`)}: bucket "${store.bucket}" of ${store.provider.title}, for the ${names.length === 1 ? "policy" : "policies"} ${names.join(", ")}`;
  const sections = [
    ...(lines === undefined ? [] : [section("Add to presigner.config.ts", lines)]),
    ...(policies.length > 0 ? tickets(plan, formats) : []),
    ...(plan.scoped
      ? [section("Credentials for one prefix", ...printScoped(store, plan.scoped))]
      : []),
    section("Secrets of the Worker", ...secrets(plan)),
    ...scanner(plan),
    ...notifications(plan, formats),
    ...(plan.rotation.length > 0
      ? [section("If every URL has to end at once", plan.rotation.join("\n"))]
      : []),
  ];
  const numbered = sections.map(([heading, ...parts], index) =>
    [styleText(["bold", "underline"], `${index + 1}. ${heading}`), ...parts].join("\n\n"),
  );
  return `${[title, ...numbered].join("\n\n")}\n`;
}

/** Returns what tickets need. */
function tickets(plan: Plan, formats: readonly Format[]): readonly Section[] {
  const notes = keyNotesOf(plan.use, plan.advice);
  return [
    section("CORS", ...cors(plan, formats)),
    section("Writing key", notes.writer, ...iam(plan, "writer")),
    section("Reading key", notes.reader, ...iam(plan, "reader")),
    ...(plan.bucketPolicy
      ? [section("Bucket policy", ...noted(notes.bucketPolicy), ...bucketPolicyLines(plan))]
      : []),
    section(lifecycleTitle(plan), ...lifecycle(plan, formats)),
  ];
}

type Section = readonly [heading: string, ...parts: readonly string[]];

function section(heading: string, ...parts: readonly string[]): Section {
  return [heading, ...parts];
}

function cors({ use, cors: rule, advice }: Plan, formats: readonly Format[]): readonly string[] {
  if (!rule)
    return ["The configuration has no origins. Apps outside of browsers need no CORS rule."];
  return [
    `Allows ${rule.methods.join(", ")} from ${rule.origins.join(", ")}.`,
    ...noted(advice.cors),
    ...formats.map((format) => paste(corsPastes(use.store, rule)[format])),
  ];
}

function iam({ use, writer, reader }: Plan, whose: "writer" | "reader"): readonly string[] {
  const document = whose === "writer" ? writer : reader;
  if (!document) return [];
  const user = userOf(use.store, whose);
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

function lifecycleTitle({ use }: Plan): string {
  const unfinished = "Lifecycle of unfinished multipart uploads";
  return use.policies.some(isQuarantined) ? `${unfinished} and of files in quarantine` : unfinished;
}

function lifecycle(
  { use, lifecycle: rules, advice }: Plan,
  formats: readonly Format[],
): readonly string[] {
  if (rules.length === 0)
    return ["No policy allows multipart uploads (multipartFrom): no rule is needed."];
  const pastes = lifecyclePastes(use.store, rules);
  return [
    ...noted(advice.lifecycle),
    ...formats.flatMap((format) => (pastes[format] ? [paste(pastes[format])] : [])),
  ];
}

function secrets({ secrets: lines }: Plan): readonly string[] {
  const width = Math.max(...lines.map(({ command }) => command.length));
  return [
    lines
      .map(({ command, description, isOptional }) => {
        const optional = isOptional ? ", optional" : "";
        return `${command.padEnd(width)} ${styleText("dim", `# ${description}${optional}`)}`;
      })
      .join("\n"),
  ];
}

function scanner({ scannerOrigin }: Plan): readonly Section[] {
  if (scannerOrigin === undefined) return [];
  const what = "The scanner reads files from this origin, and needs no other (docs/quarantine.md).";
  return [section("Scanner", what, `STORE_ORIGINS=${scannerOrigin}`)];
}

function notifications(
  { notifications: commands }: Plan,
  formats: readonly Format[],
): readonly Section[] {
  if (commands.length === 0 || !formats.includes("wrangler")) return [];
  const when = "Optional: with a consumer of the queue bucket-events (docs/bucket-events.md).";
  return [section("Events of the bucket", when, commands.join("\n"))];
}

function paste({ title, file: content, commands }: Paste): string {
  const heading = styleText("cyan", `# ${title}`);
  if (!content) return [heading, ...commands].join("\n");
  if (content.name === "") return `${heading}\n${formatJson(content.content)}`;
  return `${heading}\n${file(content.name, content.content, commands)}`;
}

/** Returns shell commands that write a JSON file and use it. */
function file(name: string, content: unknown, commands: readonly string[]): string {
  return [`cat > ${name} <<'JSON'`, formatJson(content), "JSON", ...commands].join("\n");
}

function noted(text: string | undefined): readonly string[] {
  return text === undefined ? [] : [text];
}
