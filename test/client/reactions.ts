/** Answers that a test scripts in place of the usual ones. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readVector } from "./vectors.ts";

export type Step = "ticket" | "sign" | "list" | "complete" | "abort" | "remove" | "put";

export interface Seen {
  readonly step: Step;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** JSON of the service's requests. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Of a PUT: as many as arrived. */
  bytes: number;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly seen: Seen;
  /** What is answered without a script. */
  readonly usual: () => Promise<void>;
}

/** One answer, in place of the usual one. */
export type Reaction = (exchange: Exchange) => void | Promise<void>;

/** What was recorded, with what a test changes in it. */
export const vector =
  (name: string, changes: object = {}) =>
  ({ response }: Pick<Exchange, "response">): void => {
    const { status, headers, body } = readVector(name);
    response.writeHead(status, headers);
    response.end(
      typeof body === "string" ? body : JSON.stringify({ ...(body as object), ...changes }),
    );
  };

/** A refusal as stores write it. */
export const refuse =
  (status: number, code: string): Reaction =>
  ({ response }) => {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`);
  };

/** The connection ends when so many bytes of the body have arrived. */
export const dropAt =
  (bytes: number): Reaction =>
  async ({ request, seen }) => {
    for await (const chunk of request) {
      seen.bytes += (chunk as Buffer).length;
      if (seen.bytes >= bytes) break;
    }
    request.socket.destroy();
  };

/** Everything is done as usual, and the connection ends before the answer. */
export const loseAnswer: Reaction = async ({ request, response, usual }) => {
  response.end = () => {
    request.socket.destroy();
    return response;
  };
  await usual();
};

/** Nothing is answered before it is let go, nor is the body read. */
export function hold(): {
  readonly reaction: Reaction;
  readonly arrived: Promise<void>;
  readonly letGo: () => void;
} {
  let arrive: () => void = () => undefined;
  let letGo: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return {
    arrived,
    letGo,
    reaction: async ({ usual }) => {
      arrive();
      await released;
      await usual();
    },
  };
}
