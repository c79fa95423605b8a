/** Sends requests over sixteen connections, and checks every answer. */
import { openConnection, type Answer } from "./connection.ts";

/** What is sent, and what must come back: a refusal is faster and must not be measured. */
export interface Work {
  readonly name: string;
  /** Returns the bytes of the next request. */
  readonly next: () => Buffer;
  readonly status: number;
  /** The pattern of the expected body. */
  readonly proof: RegExp;
}

export interface Load {
  /** Sends `count` requests. Throws if an answer is not the expected one. */
  readonly send: (work: Work, count: number) => Promise<void>;
  readonly close: () => void;
}

export const CONNECTIONS = 16;

export function createLoad(port: number): Load {
  const connections = Array.from({ length: CONNECTIONS }, () => openConnection(port));
  return {
    async send(work, count) {
      let left = count;
      await Promise.all(
        connections.map(async ({ exchange }) => {
          // oxlint-disable-next-line no-await-in-loop -- a connection carries one request at a time
          while (left-- > 0) check(work, await exchange(work.next()));
        }),
      );
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}

/** Throws for an unexpected answer. */
export function check({ name, status, proof }: Work, answer: Answer): void {
  if (answer.status === status && proof.test(answer.body)) return;
  throw new Error(
    `Cannot measure ${name}: expected ${status} and ${proof}, received ${answer.status} and ${answer.body.slice(0, 500)}`,
  );
}
