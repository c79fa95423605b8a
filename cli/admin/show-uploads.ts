/** `edge-presigner admin uploads`: a user's uploads, and the webhooks that wait. */
import { describeBytes } from "../../src/describe-bytes.ts";
import { print, printJson } from "../output.ts";
import { uploadsSchema, type Unreached } from "./answers.ts";
import { askAdmin } from "./ask-admin.ts";
import { userPath, type UserOptions } from "./user-path.ts";
import { table } from "./table.ts";

interface Options extends UserOptions {
  readonly status?: string;
  readonly cursor?: string;
}

export async function showUploads(
  user: string,
  { status, cursor, ...options }: Options,
): Promise<void> {
  const query = {
    ...(status !== undefined && { status }),
    ...(cursor !== undefined && { cursor }),
  };
  const path = userPath(user, options, { rest: "/uploads", query });
  const answer = await askAdmin(options, { method: "GET", path, answer: uploadsSchema });
  if (options.json) {
    printJson(answer);
    return;
  }
  const { uploads, outbox, unreached } = answer;
  print(
    table(
      ["CREATED", "STATUS", "POLICY", "SIZE", "KEY", "NAME"],
      uploads.map((one) => [
        one.createdAt,
        one.status,
        one.policy,
        one.size === undefined ? "" : describeBytes(one.size),
        one.key,
        one.name,
      ]),
      "No uploads.",
    ),
  );
  for (const { name, reasons } of uploads)
    if (reasons) print(`${name} was rejected: ${reasons.join("; ")}\n`);
  if (outbox.length > 0)
    print(
      `\n${table(
        ["WEBHOOK", "TRIES", "NEXT TRY"],
        outbox.map(({ message, attempts, nextAt }) => [message, String(attempts), nextAt]),
        "",
      )}`,
    );
  if (answer.cursor !== undefined) print(`\nMore: --cursor ${answer.cursor}\n`);
  print(describeUnreached(unreached));
}

/** Says how the quotas of teams are reached. */
export function describeUnreached(unreached: Unreached): string {
  return unreached
    .map(({ policy, claim }) => `Not shown: ${policy}. It needs --claim ${claim}=…\n`)
    .join("");
}
