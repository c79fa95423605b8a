/** One PUT to the store. */
import type { SignedPut } from "./answers.ts";
import { UploadError } from "./error.ts";
import { finishIfNearlyDone } from "./pause.ts";
import { readStoreError } from "./read-answer.ts";
import { readFile } from "./read-file.ts";

interface PutRequest {
  readonly ticket: SignedPut;
  readonly body: Blob;
  readonly signal: AbortSignal;
  /** Reports how many bytes of this PUT have been sent. */
  readonly onSent: (bytes: number) => void;
}

interface StoreAnswer {
  readonly status: number;
  readonly text: string;
  readonly readHeader: (name: string) => string | null;
}

/** Sends the request. Rejects if there is no answer, for whatever reason. */
export type Send = (request: PutRequest) => Promise<StoreAnswer>;

/** Returns the ETag, if it can be read. Rejects with an `UploadError`, or with the signal's reason. */
export type Put = (request: PutRequest) => Promise<string | undefined>;

/** A PUT fails after this long without a byte sent, or without an answer. */
export const IDLE_MS = 60_000;

export function createPut(send: Send, now: () => number): Put {
  return async (request) => {
    const { signal, body } = request;
    signal.throwIfAborted();
    const start = now();
    let sent = 0;
    const onSent = (bytes: number): void => {
      sent = bytes;
      request.onSent(bytes);
    };
    const msLeft = () => (sent > 0 ? ((body.size - sent) / sent) * (now() - start) : Infinity);
    try {
      const { status, text, readHeader } = await finishIfNearlyDone(
        { signal, msLeft },
        async (either) => send({ ...request, onSent, signal: either }),
      );
      if (status >= 300) throw readStoreError(status, text, readHeader("retry-after"));
      onSent(body.size);
      return readHeader("etag") ?? undefined;
    } catch (cause) {
      onSent(0);
      signal.throwIfAborted();
      if (cause instanceof UploadError) throw cause;
      // Browsers report a file that changed since it was chosen as a network error.
      await readFile(body.slice(0, 1));
      throw new UploadError("network", "The store did not answer", { cause });
    }
  };
}
