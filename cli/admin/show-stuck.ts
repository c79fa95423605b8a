/** `edge-presigner admin stuck`: what has failed again and again. */
import { print, printJson } from "../output.ts";
import { stuckSchema } from "./answers.ts";
import { askAdmin, type AdminOptions } from "./ask-admin.ts";
import { table } from "./table.ts";

export async function showStuck({
  json,
  ...options
}: AdminOptions & { readonly json?: boolean }): Promise<void> {
  const answer = await askAdmin(options, {
    method: "GET",
    path: "/v1/admin/stuck",
    answer: stuckSchema,
  });
  if (json) {
    printJson(answer);
    return;
  }
  const rows = answer.stuck.map(({ since, kind, user, issuer, policy, attempts, count }) => [
    since,
    kind,
    user,
    issuer,
    policy,
    String(attempts),
    String(count),
  ]);
  const headings = ["SINCE", "WHAT", "USER", "ISSUER", "POLICY", "TRIES", "HOW MANY"];
  print(table(headings, rows, "Nothing is stuck."));
}
