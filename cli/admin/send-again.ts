/** `edge-presigner admin retry`: sends a webhook again. */
import * as z from "zod/mini";
import { print, printJson } from "../output.ts";
import { askAdmin } from "./ask-admin.ts";
import { userPath, type UserOptions } from "./user-path.ts";

export async function sendAgain(
  user: string,
  message: string,
  options: UserOptions,
): Promise<void> {
  const rest = `/outbox/${encodeURIComponent(message)}/retry`;
  await askAdmin(options, {
    method: "POST",
    path: userPath(user, options, { rest }),
    answer: z.undefined(),
  });
  if (options.json) printJson({ message, isSentAgain: true });
  else print(`✔ ${message} is sent again now\n`);
}
