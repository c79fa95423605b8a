/** One PUT to the store. */
import type { SignedPut } from "./answers.ts";
import { UploadError } from "./error.ts";
import { readRefusal } from "./read-answer.ts";
import { readFile } from "./read-file.ts";

interface Sending {
  readonly ticket: SignedPut;
  readonly body: Blob;
  readonly signal: AbortSignal;
  /** Bytes of this PUT that are on their way. */
  readonly onSent: (bytes: number) => void;
}

interface StoreAnswer {
  readonly status: number;
  readonly text: string;
  readonly readHeader: (name: string) => string | null;
}

/** Rejects where there is no answer, for whatever reason. */
export type Send = (sending: Sending) => Promise<StoreAnswer>;

/** The ETag, where it can be read. Rejects with an `UploadError`, or the signal's reason. */
export type Put = (sending: Sending) => Promise<string | undefined>;

/** Without a byte, and then without an answer, for this long, the store is taken for gone. */
export const IDLE_MS = 60_000;

export function createPut(send: Send): Put {
  return async (sending) => {
    const { signal, body, onSent } = sending;
    signal.throwIfAborted();
    try {
      const { status, text, readHeader } = await send(sending);
      if (status >= 300) throw readRefusal(status, text, readHeader("retry-after"));
      onSent(body.size);
      return readHeader("etag") ?? undefined;
    } catch (cause) {
      onSent(0);
      signal.throwIfAborted();
      if (cause instanceof UploadError) throw cause;
      // A browser tells a file that was changed since it was chosen as it tells a network that failed.
      await readFile(body.slice(0, 1));
      throw new UploadError("network", "The store did not answer", { cause });
    }
  };
}
