/** Shows a progress bar or a spinner on standard error, if that is a terminal. */
import { progress, spinner } from "@clack/prompts";
import { restoreInterrupts } from "./interrupt.ts";
import { printableValue } from "./printable.ts";

/** What both have in common. Its texts may come from a Worker or a store. */
export interface Spinner {
  readonly start: (text: string) => void;
  readonly message: (text: string) => void;
  readonly stop: (text: string) => void;
  readonly error: (text: string) => void;
}

export interface ProgressBar extends Spinner {
  readonly advance: (steps: number) => void;
}

/** Returns a spinner, or `undefined` without a terminal. */
export function createSpinner(): Spinner | undefined {
  return process.stderr.isTTY ? wrap(spinner({ output: process.stderr })) : undefined;
}

/** Returns a bar of that many steps, or `undefined` without a terminal. */
export function createProgressBar(max: number): ProgressBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  const bar = progress({ max: Math.max(1, max), output: process.stderr });
  return { ...wrap(bar), advance: (steps) => bar.advance(steps) };
}

function wrap(shown: Spinner): Spinner {
  return {
    start(text) {
      shown.start(printableValue(text));
      // It puts the terminal in raw mode.
      restoreInterrupts();
    },
    message: (text) => shown.message(printableValue(text)),
    stop: (text) => shown.stop(printableValue(text)),
    error: (text) => shown.error(printableValue(text)),
  };
}
