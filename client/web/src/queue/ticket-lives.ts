/** What the tickets of each policy have shown: how long they last, and what its quota has left. */
import type { Ticket } from "../answers.ts";
import type { UploadOptions } from "../options.ts";
import type { WaitingFile } from "./look-ahead.ts";

type Known = Omit<WaitingFile, "bytes">;

interface TicketLives {
  readonly add: (policy: string | undefined, ticket: Ticket) => void;
  readonly of: (options: UploadOptions) => Known;
}

const UNKNOWN: Known = { ticketSeconds: undefined, room: 0 };

export function createTicketLives(): TicketLives {
  const known = new Map<string | undefined, Known>();
  return {
    add(policy, { multipart, expiresIn, quota }) {
      const room = quota?.pending?.remaining ?? Number.POSITIVE_INFINITY;
      if (!multipart) known.set(policy, { ticketSeconds: expiresIn, room });
    },
    of: ({ policy, multipart }) => (multipart ? UNKNOWN : (known.get(policy) ?? UNKNOWN)),
  };
}
