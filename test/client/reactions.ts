/** Answers that a test puts in place of the usual ones of the fake server. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readVector } from "./vectors.ts";

export type Step =
  | "ticket"
  | "tickets"
  | "completions"
  | "sign"
  | "list"
  | "complete"
  | "abort"
  | "remove"
  | "put";

export interface Seen {
  readonly step: Step;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The JSON of a request to the service. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How many bytes of a PUT arrived. */
  bytes: number;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly seen: Seen;
  /** Sends the usual answer. */
  readonly usual: () => Promise<void>;
}

/** Answers one request in place of the usual answer. */
export type Reaction = (exchange: Exchange) => void | Promise<void>;

/** Answers with a test vector, with some of its fields changed. */
export const vector =
  (name: string, changes: object = {}) =>
  ({ response }: Pick<Exchange, "response">): void => {
    const { status, headers, body } = readVector(name);
    response.writeHead(status, headers);
    response.end(
      typeof body === "string" ? body : JSON.stringify({ ...(body as object), ...changes }),
    );
  };

/** Answers with an error as stores write it. */
export const refuse =
  (status: number, code: string): Reaction =>
  ({ response }) => {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`);
  };

/** Closes the connection after this many bytes of the body. */
export const dropAt =
  (bytes: number): Reaction =>
  async ({ request, seen }) => {
    for await (const chunk of request) {
      seen.bytes += (chunk as Buffer).length;
      if (seen.bytes >= bytes) break;
    }
    request.socket.destroy();
  };

/** Handles the request as usual, but closes the connection before the answer. */
export const loseAnswer: Reaction = async ({ request, response, usual }) => {
  response.end = () => {
    request.socket.destroy();
    return response;
  };
  await usual();
};

/** Holds the request, without reading its body, until the test calls `release`. */
export function hold(): {
  readonly reaction: Reaction;
  readonly arrived: Promise<void>;
  readonly release: () => void;
} {
  let arrive: () => void = () => undefined;
  let release: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    arrived,
    release,
    reaction: async ({ usual }) => {
      arrive();
      await released;
      await usual();
    },
  };
}
