/** What the ticket signed beside what the page sent, line by line. */
import { timeOf } from "../format.ts";
import { settings } from "../settings.ts";
import type { SignedRequest } from "../signed-request.ts";
import { BROKEN_FIELD, type AttemptName, type Sent } from "./attempts.ts";

/** A line of the comparison. */
export interface ComparedLine {
  readonly name: string;
  readonly signed: string;
  readonly sent: string;
  /** Whether this is what the store refuses. */
  readonly isBroken: boolean;
}

interface Exchange {
  readonly name: AttemptName;
  readonly signed: SignedRequest;
  readonly sent: Sent;
  readonly sentAt: Date;
}

/** Returns the lines: path, every signed header, and the expiry where that is what the page waits for. */
export function compare({ name, signed, sent, sentAt }: Exchange): readonly ComparedLine[] {
  const { language } = settings;
  const headers = { ...sent.headers, "content-length": String(sent.body.size) };
  const broken = BROKEN_FIELD[name];
  const fields = signed.fields.map(({ name: field, value }) => ({
    name: field,
    signed: value,
    sent: field === "host" ? new URL(sent.url).host : (valueOf(headers, field) ?? value),
    isBroken: field === broken,
  }));
  const isAdded = !fields.some((field) => field.name === broken) && broken in headers;
  const added = valueOf(headers, broken) ?? "";
  return [
    line("path", lastOf(signed.path), lastOf(decodeURI(new URL(sent.url).pathname)), broken),
    ...fields,
    ...(isAdded ? [{ name: broken, signed: "", sent: added, isBroken: true }] : []),
    ...(broken === "expires"
      ? [
          {
            name: broken,
            signed: timeOf(language, signed.expiresAt),
            sent: timeOf(language, sentAt),
            isBroken: true,
          },
        ]
      : []),
  ];
}

function line(name: string, signed: string, sent: string, broken: string): ComparedLine {
  return { name, signed, sent, isBroken: name === broken };
}

function valueOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return headers[name];
}

const MAX_LENGTH = 20;
const HEAD_LENGTH = 8;

/** The end of a path tells two keys apart: `…/13633354…71310d.jpg`. */
function lastOf(path: string): string {
  const name = path.split("/").at(-1) ?? "";
  const short =
    name.length > MAX_LENGTH
      ? `${name.slice(0, HEAD_LENGTH)}…${name.slice(HEAD_LENGTH - MAX_LENGTH)}`
      : name;
  return `…/${short}`;
}
