/** What a user and their client do with one file: ticket, PUT, `complete`, and again where that fails. */
import * as z from "zod/mini";
import type { Random } from "../../../test/soak/random.ts";
import type { Owner } from "../scenario.ts";
import type { Outside } from "./outside.ts";
import type { Process } from "./schedule.ts";
import type { PolicyName } from "./service.ts";
import type { Answer } from "./simulated-service.ts";

export interface User {
  readonly name: string;
  readonly group: Owner;
}

export interface Client {
  readonly random: Random;
  readonly outside: Outside;
  readonly post: (user: User, path: string, body: object) => Promise<Answer>;
}

const POLICIES: Readonly<Record<Owner, PolicyName>> = { users: "counted", team: "team" };
export const ticketSchema = z.object({
  id: z.string(),
  key: z.string(),
  /** Where there is one PUT. */
  url: z.optional(z.string()),
});
const problemSchema = z.object({ retryAfter: z.optional(z.number()) });

/** As in client/web/src/retry.ts. */
const TRIES = 6;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 20_000;
/** A megabyte a second. */
const BYTES_A_MS = 1000;
const MINUTE_MS = 60_000;
/** Of ten users whose upload failed, seven try it again some minutes later, three times at most. */
const NEW_TRIES = 3;
const TRIES_AGAIN = 0.7;
/** Users who close the page: while the file is sent, and before it is completed. */
const LEAVES_EARLY = 0.03;
const LEAVES_LATE = 0.02;

export async function* uploadFile(client: Client, user: User, bytes: number): Process {
  const { random } = client;
  for (let attempt = 1; attempt <= NEW_TRIES; attempt += 1) {
    if (yield* tryUpload(client, user, bytes)) return;
    if (random.next() > TRIES_AGAIN) return;
    yield random.between(1, 10) * MINUTE_MS;
  }
}

/** Returns whether the user is done: the file is there, or they have left. */
async function* tryUpload(
  client: Client,
  user: User,
  bytes: number,
): AsyncGenerator<number, boolean, void> {
  const { random, outside } = client;
  const ticket = yield* retry(client, async () =>
    client.post(user, "/v1/uploads", {
      policy: POLICIES[user.group],
      filename: "holiday.jpg",
      contentType: "image/jpeg",
      size: bytes,
    }),
  );
  if (ticket.status !== 201) return false;
  if (random.next() < LEAVES_EARLY) return true;
  const { id, key } = ticketSchema.parse(ticket.body);
  yield Math.ceil(bytes / BYTES_A_MS);
  const sent = yield* retry(client, async () => ({
    status: outside.put(key, bytes) ? 200 : 503,
    body: {},
  }));
  if (sent.status !== 200) return false;
  if (random.next() < LEAVES_LATE) return true;
  const path = `/v1/uploads/${id}/complete`;
  const completed = yield* retry(client, async () => client.post(user, path, {}));
  return completed.status === 200;
}

/** Tries again after a 5xx, with pauses that grow. Returns the last answer. */
async function* retry(
  { random }: Client,
  send: () => Promise<Answer>,
): AsyncGenerator<number, Answer, void> {
  for (let count = 1; ; count += 1) {
    // oxlint-disable-next-line no-await-in-loop -- a try after a try that failed
    const answer = await send();
    if (answer.status < 500 || count === TRIES) return answer;
    const { retryAfter = 0 } = problemSchema.parse(answer.body);
    const ceiling = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1));
    yield retryAfter * 1000 + Math.round(random.next() * ceiling);
  }
}
