/** Load: one variant's request over sixteen connections, and every answer looked at. */
import { openConnection, type Answer } from "./connection.ts";
import type { Variant } from "./variant.ts";

export interface Load {
  /** Sends so many requests. Throws where an answer is not the one that the variant owes. */
  readonly send: (count: number) => Promise<void>;
  readonly close: () => void;
}

const CONNECTIONS = 16;

export function createLoad(port: number, variant: Variant): Load {
  const connections = Array.from({ length: CONNECTIONS }, () => openConnection(port, variant.call));
  return {
    async send(count) {
      let left = count;
      await Promise.all(
        connections.map(async ({ exchange }) => {
          // oxlint-disable-next-line no-await-in-loop -- a connection carries one request at a time
          while (left-- > 0) check(variant, await exchange());
        }),
      );
    },
    close() {
      for (const connection of connections) connection.close();
    },
  };
}

/** A refusal is quicker than an answer: it must not count as one. */
function check({ name, status, proof }: Variant, answer: Answer): void {
  if (answer.status === status && proof.test(answer.body)) return;
  throw new Error(
    `Cannot measure ${name}: expected ${status} and ${proof}, received ${answer.status} and ${answer.body.slice(0, 500)}`,
  );
}
