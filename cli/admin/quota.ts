/** `edge-presigner admin quota`: what a user has used of each quota, and its correction. */
import { InvalidArgumentError } from "commander";
import type * as z from "zod/mini";
import { printJson, print } from "../output.ts";
import { correctedSchema, quotaSchema, type usageSchema } from "./answers.ts";
import { askAdmin } from "./ask-admin.ts";
import { userPath, type UserOptions } from "./user-path.ts";
import { describeUnreached } from "./show-uploads.ts";
import { table } from "./table.ts";

type Usage = z.output<typeof usageSchema>;
type Amounts = Readonly<Record<string, number>>;

interface ChangeOptions extends UserOptions {
  readonly policy?: string;
  readonly set: Amounts;
  readonly reset?: boolean;
}

/** Adds a `limit=amount` to those before. */
export function readAmount(text: string, earlier: Amounts): Amounts {
  const [, limit, digits] = /^(uploads|bytes|objects|stored)=(\d{1,15})$/.exec(text) ?? [];
  if (limit !== undefined && digits !== undefined) return { ...earlier, [limit]: Number(digits) };
  throw new InvalidArgumentError(
    "Use uploads, bytes, objects or stored and a number: stored=5000.",
  );
}

export async function runQuota(user: string, options: ChangeOptions): Promise<void> {
  const isChange = options.reset === true || Object.keys(options.set).length > 0;
  await (isChange ? changeQuota(user, options) : showQuota(user, options));
}

async function showQuota(user: string, options: UserOptions): Promise<void> {
  const path = userPath(user, options, { rest: "/quota" });
  const answer = await askAdmin(options, { method: "GET", path, answer: quotaSchema });
  if (options.json) printJson(answer);
  else print(describe(answer.policies) + describeUnreached(answer.unreached));
}

async function changeQuota(
  user: string,
  { policy, set, reset: isReset, ...options }: ChangeOptions,
): Promise<void> {
  if (policy === undefined) throw new InvalidArgumentError("Name the quota with --policy.");
  if (isReset && Object.keys(set).length > 0)
    throw new InvalidArgumentError("Use --set or --reset, and not both.");
  const path = userPath(user, options, { rest: "/quota" });
  const body = { policy, ...(isReset ? { reset: true } : { used: set }) };
  const answer = await askAdmin(options, { method: "PATCH", path, body, answer: correctedSchema });
  if (options.json) printJson(answer);
  else print(`before\n${describe([answer.before])}\nafter\n${describe([answer.after])}`);
}

function describe(policies: readonly Usage[]): string {
  const rows = policies.flatMap(({ policy, used, remaining }) =>
    Object.entries(used).map(([name, amount]) => [
      policy,
      name,
      String(amount),
      String(remaining[name]?.limit ?? ""),
      String(remaining[name]?.remaining ?? ""),
    ]),
  );
  return table(["POLICY", "LIMIT", "USED", "OF", "REMAINS"], rows, "No policy has a quota.");
}
