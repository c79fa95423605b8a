/** `edge-presigner admin`: what operators look up and correct, with the routes of `/v1/admin`. */
import { Option, type Command } from "commander";
import { addAdminOptions } from "./admin/ask-admin.ts";
import { deleteUser } from "./admin/delete-user.ts";
import { readAmount, runQuota } from "./admin/quota.ts";
import { sendAgain } from "./admin/send-again.ts";
import { showObject } from "./admin/show-object.ts";
import { showStuck } from "./admin/show-stuck.ts";
import { showUploads } from "./admin/show-uploads.ts";
import { addUserOptions } from "./admin/user-path.ts";
import { WorkerError } from "./open-uploader.ts";
import { paint, printError } from "./output.ts";

/** Adds the command `admin` to the program. */
export function addAdmin(program: Command): void {
  const admin = program
    .command("admin")
    .description("Looks up users, quotas and objects, and corrects them.");
  const command = (name: string, description: string) =>
    admin.command(name).description(description);

  addUserOptions(
    command("uploads", "Lists a user's uploads, newest first, and the webhooks that wait."),
  )
    .option("--status <status>", "only pending, completed, rejected, expired or aborted ones")
    .option("--cursor <cursor>", "the page after another one")
    .action(reporting(showUploads));
  addUserOptions(command("quota", "Shows what a user has used of each quota, or corrects it."))
    .option("--policy <name>", "policy whose quota is corrected")
    .addOption(
      new Option(
        "--set <limit=amount>",
        "correct uploads, bytes, objects or stored; can be repeated",
      )
        .argParser(readAmount)
        .default({}, "none"),
    )
    .option("--reset", "empty the windows of uploads and bytes")
    .action(reporting(runQuota));
  addUserOptions(command("retry", "Sends a webhook again that waits for its next try."))
    .argument("<message>", "the id of the webhook, from admin uploads")
    .action(reporting(sendAgain));
  addUserOptions(
    command("delete-user", "Deletes a user's objects, records, webhooks and counters."),
  )
    .option("--yes", "ask nothing")
    .action(reporting(deleteUser));
  addAdminOptions(
    command("find", "Finds the owner of an object, its upload, and what the store has."),
  )
    .argument("[key]", "the key of the object")
    .option("--id <id>", "the id of its upload, in place of the key")
    .option("--json", "print the answer as JSON")
    .action(reporting(showObject));
  addAdminOptions(command("stuck", "Lists webhooks and uploads that failed four times and more."))
    .option("--json", "print the answer as JSON")
    .action(reporting(showStuck));
}

/** Runs a command. What the Worker refuses is printed, with exit code 1. */
function reporting<Args extends readonly unknown[]>(
  run: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      await run(...args);
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      printError(`${paint("red", "✘")} ${error.message}\n`);
      process.exitCode = 1;
    }
  };
}
