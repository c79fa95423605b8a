/** Asks what a new project is made of. */
import { PROMPTS, chooseTitled } from "../setup/prompts.ts";
import type { ProjectPrompts } from "./answers.ts";
import { LOGINS, isLogin, loginOf } from "./logins.ts";

export const PROJECT_PROMPTS: ProjectPrompts = {
  ...PROMPTS,
  login: async () =>
    chooseTitled(
      "login: who signs the tokens of your users",
      Object.keys(LOGINS)
        .filter(isLogin)
        .map((name) => [name, loginOf(name).title] as const),
    ),
};
