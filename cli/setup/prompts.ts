/** Questions on a terminal. */
import { CANCEL_SYMBOL, confirm, select, text } from "@clack/prompts";
import { InvalidArgumentError } from "commander";
import { PROVIDERS, type ProviderName } from "../../src/store/providers.ts";
import type { Asking } from "./complete-definition.ts";

export const ASKING: Asking = {
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
    return orCancelled(
      await select({
        message: "provider: where the bucket is",
        options: names.map((name) => ({ value: name, label: PROVIDERS[name].title, hint: name })),
        ...(first && { initialValue: first }),
      }),
    );
  },
};

/** The name of one of several stores. */
export async function chooseStore(names: readonly string[]): Promise<string> {
  const options = names.map((name) => ({ value: name }));
  return orCancelled(await select({ message: "Which store?", options }));
}

export async function confirmChange(message: string): Promise<boolean> {
  return orCancelled(await confirm({ message, initialValue: false }));
}

function isOffered(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name) && name !== "local";
}

function orCancelled<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (answer !== CANCEL_SYMBOL) return answer;
  throw new InvalidArgumentError("Cancelled: nothing was changed.");
}
