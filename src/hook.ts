/** Runs a hook of the app with a time limit. */

/** A hook that threw, or took too long. The log has no message of it: the app's own errors may quote input. */
class HookError extends Error {
  override readonly name = "HookError";
  readonly logReason: string;

  constructor(hook: string, cause: unknown) {
    const what = cause instanceof Error ? cause.name : typeof cause;
    const reason = cause === TOO_SLOW ? "took too long" : `threw ${what.slice(0, 64)}`;
    super(`The hook ${hook} ${reason}`, { cause });
    this.logReason = this.message;
  }
}

const TOO_SLOW = new Error("Too slow");

/** Returns what the hook returns. Throws a `HookError` if it throws, or after `limitMs`. */
export async function runHook<T>(
  hook: string,
  limitMs: number,
  run: () => T | Promise<T>,
): Promise<T> {
  const { promise: timeUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, limitMs, TOO_SLOW);
  try {
    return await Promise.race([(async () => run())(), timeUp]);
  } catch (error) {
    throw new HookError(hook, error);
  } finally {
    clearTimeout(timer);
  }
}
