/** Ctrl-C, for commands that have to tidy up or to end with a code that a script sees. */

/** What a shell says of a process that SIGINT ended: 128 and the signal's number. */
export const INTERRUPTED = 130;

/** Aborted by the first signal; a second one ends the process as it is. */
export function listenForInterrupts(): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
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

/**
 * A spinner takes the terminal's keys for itself, and ends the process with 0 on Ctrl-C. Given
 * back, they make a signal again.
 */
export function keepInterrupts(): void {
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
}
