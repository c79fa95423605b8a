/** Hooks for tickets that expire soon, so that the page can show what the store says after that. */
import type { Hooks } from "../src/hooks.ts";

const EXPIRES_IN_SECONDS = 3;

/** Restricts every ticket to the seconds, after the app's own hook. */
export function shortenTickets(hooks: Hooks = {}): Hooks {
  return {
    ...hooks,
    authorize: async (question) => {
      const answer = hooks.authorize ? await hooks.authorize(question) : {};
      return answer === false ? answer : { ...answer, expiresIn: EXPIRES_IN_SECONDS };
    },
  };
}
