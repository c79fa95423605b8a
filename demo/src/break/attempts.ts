/** What is changed in each attempt. The page sends it to the store, which has to refuse. */
import type { SinglePartTicket } from "../../../client/web/src/index.ts";
import type { IconName } from "../icons.ts";

export const ATTEMPTS = ["longer", "type", "twice", "expired", "key", "copy"] as const;
export type AttemptName = (typeof ATTEMPTS)[number];

export const ATTEMPT_ICONS = {
  longer: "longer",
  type: "type",
  twice: "twice",
  expired: "clock",
  key: "key",
  copy: "copy",
} as const satisfies Record<AttemptName, IconName>;

/** A request to the store. */
export interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob;
}

/** The name of the signed field that each attempt breaks, as its table has it. */
export const BROKEN_FIELD = {
  longer: "content-length",
  type: "content-type",
  twice: "if-none-match",
  expired: "expires",
  key: "path",
  copy: "x-amz-copy-source",
} as const satisfies Record<AttemptName, string>;

const TEN_MORE = "0123456789";

/** Returns the request of an attempt. Two of them change nothing, but come again, or too late. */
export function changeRequest(name: AttemptName, ticket: SinglePartTicket, file: File): Sent {
  const honest = { url: ticket.url, headers: ticket.headers, body: file };
  switch (name) {
    case "longer":
      return { ...honest, body: new Blob([file, TEN_MORE]) };
    case "type":
      return { ...honest, headers: { ...ticket.headers, "content-type": "text/html" } };
    case "key":
      return { ...honest, url: moveTo(ticket.url, "somebody-else.png") };
    case "copy":
      return { ...honest, headers: { ...ticket.headers, "x-amz-copy-source": copySource(ticket) } };
    case "twice":
    case "expired":
      return honest;
  }
}

function moveTo(url: string, name: string): string {
  const moved = new URL(url);
  moved.pathname = moved.pathname.replace(/[^/]+$/, name);
  return moved.href;
}

/** Names an object beside the ticket's own: `/bucket/photos/alice/somebody-else.png`. */
function copySource({ url, key }: SinglePartTicket): string {
  const path = decodeURI(new URL(url).pathname);
  const bucket =
    path
      .slice(0, -key.length - 1)
      .split("/")
      .pop() ?? "";
  return `/${bucket}/${key.replace(/[^/]+$/, "somebody-else.png")}`;
}
