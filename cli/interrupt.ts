/** Ctrl-C, for commands that have to tidy up or to end with a code that a script sees. */

/** What a shell says of a process that SIGINT ended: 128 and the signal's number. */
export const INTERRUPTED = 130;

/**
 * A spinner takes the terminal's keys for itself, and ends the process with 0 on Ctrl-C. Given
 * back, they make a signal again.
 */
export function keepInterrupts(): void {
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
}
