/** A queue by time: a binary heap. What has the same time leaves in the order in which it came. */
interface Entry<T> {
  readonly atMs: number;
  readonly order: number;
  readonly value: T;
}

export interface Queue<T> {
  readonly add: (atMs: number, value: T) => void;
  /** Takes the first entry, if its time is not after `untilMs`. */
  readonly takeUntil: (untilMs: number) => Entry<T> | undefined;
}

export function createQueue<T>(): Queue<T> {
  const heap: Entry<T>[] = [];
  let count = 0;

  const isBefore = (a: Entry<T> | undefined, b: Entry<T> | undefined) =>
    a !== undefined &&
    b !== undefined &&
    (a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order));
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    if (first && second) [heap[a], heap[b]] = [second, first];
  };
  const rise = (index: number) => {
    for (let child = index; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!isBefore(heap[child], heap[parent])) return;
      swap(child, parent);
      child = parent;
    }
  };
  const sink = () => {
    for (let parent = 0; ;) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      const child = isBefore(heap[right], heap[left]) ? right : left;
      if (!isBefore(heap[child], heap[parent])) return;
      swap(child, parent);
      parent = child;
    }
  };
  return {
    add(atMs, value) {
      heap.push({ atMs, order: count++, value });
      rise(heap.length - 1);
    },
    takeUntil(untilMs) {
      const [first] = heap;
      if (!first || first.atMs > untilMs) return undefined;
      const last = heap.pop();
      if (last && heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return first;
    },
  };
}
