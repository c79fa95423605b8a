/**
 * Waits for the work; `undefined` when the time is over. The runtime may end another request without settling
 * its promises, so that only a timer of this request surely ends the wait.
 */
export async function waitAtMost<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const { promise: timeUp, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, ms, undefined);
  return Promise.race([work, timeUp]).finally(() => clearTimeout(timer));
}
