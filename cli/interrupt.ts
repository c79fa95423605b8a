/** Handles Ctrl-C in commands that clean up, or that report the interruption to a script. */

/** The exit code of a process that SIGINT ended: 128 plus the number of the signal. */
export const INTERRUPT_EXIT_CODE = 130;

/** Returns an `AbortSignal` that the first interruption aborts. The second one ends the process at once. */
export function listenForInterrupts(): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPT_EXIT_CODE);
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, interrupt);
    },
  };
}

/** Makes Ctrl-C send a signal again: a spinner puts the terminal in raw mode, and ends the process with 0. */
export function restoreInterrupts(): void {
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
}
