import type { Queue, QueueEvent, QueueItem } from "./queue.ts";

export interface Listeners {
  readonly on: Queue["on"];
  readonly emit: (event: QueueEvent, item?: QueueItem) => void;
}

export function createListeners(): Listeners {
  const listeners = new Map<QueueEvent, Set<(item?: QueueItem) => void>>();
  return {
    on(event, listener) {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => void all.delete(listener);
    },
    emit(event, item) {
      for (const listener of listeners.get(event) ?? []) {
        try {
          listener(item);
        } catch (error) {
          // The app's error, which must not stop an upload. The platform reports it.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
}
