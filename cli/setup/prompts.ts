/** Asks questions in the terminal. */
import { CANCEL_SYMBOL, confirm, select, text } from "@clack/prompts";
import { InvalidArgumentError } from "commander";
import { PROVIDERS, type ProviderName } from "../../src/store/providers.ts";
import type { Prompts } from "./complete-definition.ts";

/** The questions about a bucket. */
export const PROMPTS: Prompts = {
  text: async ({ message, initial, validate }) =>
    orCancelled(
      await text({
        message,
        ...(initial !== undefined && { initialValue: initial }),
        validate: (answer = "") => validate(answer),
      }),
    ),
  provider: async (initial) => {
    const names = Object.keys(PROVIDERS).filter(isOffered);
    const first = names.find((name) => name === initial);
    const answer = orCancelled(
      await select<string>({
        message: "provider: the service of the bucket",
        options: names.map((name) => ({ value: name, label: PROVIDERS[name].title, hint: name })),
        ...(first && { initialValue: first }),
      }),
    );
    if (isOffered(answer)) return answer;
    throw new TypeError("Cannot choose the provider: the answer is none of the options");
  },
};

/** Asks for one of several stores and returns its name. */
export async function chooseStore(names: readonly string[]): Promise<string> {
  const options = names.map((name) => ({ value: name }));
  return orCancelled(await select({ message: "Which store?", options }));
}

/** Asks for one of several values that have titles, and returns the value. */
export async function chooseTitled<Value extends string>(
  message: string,
  titles: readonly (readonly [Value, string])[],
): Promise<Value> {
  const options = titles.map(([value, label]) => ({ value: value as string, label }));
  const answer = orCancelled(await select({ message, options }));
  const chosen = titles.find(([value]) => value === answer);
  if (chosen) return chosen[0];
  throw new TypeError("Cannot choose: the answer is none of the options");
}

/** Asks a yes-or-no question. The default is no. */
export async function confirmChange(message: string): Promise<boolean> {
  return orCancelled(await confirm({ message, initialValue: false }));
}

function isOffered(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name) && name !== "local";
}

function orCancelled<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (answer !== CANCEL_SYMBOL) return answer;
  throw new InvalidArgumentError("Canceled: nothing was changed.");
}
