/** Sends the request of a variant over sixteen connections, and checks every answer. */
import { openConnection, type Answer } from "./connection.ts";
import type { Variant } from "./variant.ts";

export interface Load {
  /** Sends `count` requests. Throws if an answer is not the expected one. */
  readonly send: (count: number) => Promise<void>;
  readonly close: () => void;
}

const CONNECTIONS = 16;

/** Opens the connections. */
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

/** Throws for an unexpected answer: a refusal is faster and must not be measured. */
function check({ name, status, proof }: Variant, answer: Answer): void {
  if (answer.status === status && proof.test(answer.body)) return;
  throw new Error(
    `Cannot measure ${name}: expected ${status} and ${proof}, received ${answer.status} and ${answer.body.slice(0, 500)}`,
  );
}
