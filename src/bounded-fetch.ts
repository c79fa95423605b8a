/**
 * Work with a time limit, whose timer ends with it: one that ran on would keep a Durable Object in
 * memory. Throws a `TimeoutError` through the signal.
 */
export async function withDeadline<T>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timeOut = () =>
    controller.abort(new DOMException(`No answer in ${limitMs} ms`, "TimeoutError"));
  const timer = setTimeout(timeOut, limitMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}
