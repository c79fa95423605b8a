/** `edge-presigner admin delete-user`: sends the request again until nothing more can be deleted now. */
import { InvalidArgumentError } from "commander";
import type * as z from "zod/mini";
import { confirmChange } from "../setup/prompts.ts";
import { isTerminal, print, printError, printJson } from "../output.ts";
import { reportSchema } from "./answers.ts";
import { askAdmin } from "./ask-admin.ts";
import { userPath, type UserOptions } from "./user-path.ts";
import { describeUnreached } from "./show-uploads.ts";

type Report = z.output<typeof reportSchema>;

interface Options extends UserOptions {
  readonly yes?: boolean;
}

/** A request that has done nothing is the last one. */
const hasWorked = ({ abortedUploads, deletedObjects }: Report) =>
  abortedUploads > 0 || deletedObjects > 0;

export async function deleteUser(
  user: string,
  { yes: isConfirmed, ...options }: Options,
): Promise<void> {
  if (!isConfirmed && !(await askFirst(user, options.url))) return;
  let [aborted, deleted] = [0, 0];
  let report: Report;
  do {
    const path = userPath(user, options);
    // oxlint-disable-next-line no-await-in-loop -- each request goes on where the last one ended
    report = await askAdmin(options, { method: "DELETE", path, answer: reportSchema });
    aborted += report.abortedUploads;
    deleted += report.deletedObjects;
    if (!options.json) printError(`${deleted} objects deleted, ${aborted} uploads aborted\n`);
  } while (!report.done && hasWorked(report));
  const total = { ...report, abortedUploads: aborted, deletedObjects: deleted };
  if (options.json) printJson(total);
  else print(describe(total));
  if (!report.done) process.exitCode = 1;
}

async function askFirst(user: string, { origin }: URL): Promise<boolean> {
  if (!isTerminal()) throw new InvalidArgumentError("Add --yes: there is nobody to ask.");
  const message = `Delete everything of ${user} at ${origin}? It cannot be undone.`;
  return confirmChange(message);
}

function describe(report: Report): string {
  const { done, remainingUploads, remainUntil, problems, unattributed, unreached } = report;
  const lines = [
    ...problems.map(({ policy, store, reason }) => `✘ ${policy} in ${store}: ${reason}`),
    ...unattributed.map(({ policy, claim }) =>
      claim === undefined
        ? `• ${policy}: its keys do not name users. Look through its objects yourself`
        : `• ${policy}: name the value of a claim with --claim ${claim}=…`,
    ),
    ...(remainingUploads > 0
      ? [
          `• ${remainingUploads} ${remainingUploads === 1 ? "upload" : "uploads"} can still arrive: run it again after ${remainUntil ?? "their tickets have expired"}`,
        ]
      : []),
    done ? "✔ everything else is deleted" : "✘ not everything is deleted yet",
  ];
  return `${lines.join("\n")}\n${describeUnreached(unreached)}`;
}
