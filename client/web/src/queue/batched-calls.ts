/** The calls of all files of a queue: tickets and completions in batches, and one pause for all after a 429. */
import type { Dependencies } from "../dependencies.ts";
import { hasCode } from "../error.ts";
import { createAnew } from "../idempotency-key.ts";
import type { UploadOptions } from "../options.ts";
import { retry } from "../retry.ts";
import type { CallService } from "../service.ts";
import { createBatcher, type Batcher, type Outcome } from "./batcher.ts";
import { createGate, type Gate } from "./gate.ts";
import { DEFAULT_PAUSE_SECONDS, hold } from "./hold.ts";
import { isAny, notTheService, readOutcomes } from "./outcomes.ts";

interface BatchedCallsOptions extends Dependencies {
  readonly call: CallService;
  readonly onOffline: (isOffline: boolean) => void;
  /** Whether another file is about to ask for its ticket. */
  readonly isTicketComing: () => boolean;
  /** Whether another file is about to be completed. */
  readonly isCompletionComing: () => boolean;
}

export interface BatchedCalls {
  /** Makes the calls of one file part of the batches. `onAsk` is called before each of its items. */
  readonly callFor: (call: CallService, options: UploadOptions, onAsk: () => void) => CallService;
  /** Looks again whether a batch is to be sent. */
  readonly check: () => void;
  /** A file of this policy has ended, which may leave room in a quota. */
  readonly ended: (policy: string | undefined) => void;
}

const TICKETS = "POST /v1/uploads";
const TICKET_DELAY_MS = 50;
const COMPLETION_DELAY_MS = 1000;
/** A quota that is used up for longer is left to the user, as an error. */
const MAX_QUOTA_WAIT_SECONDS = 120;

export function createBatchedCalls(options: BatchedCallsOptions): BatchedCalls {
  const { wait, onOffline } = options;
  const gate = createGate(options);
  const quotaGates = new Map<string | undefined, Gate>();
  let hasCompletions = true;

  const callAll = hold(gate, async (isExpected, route, request) =>
    options.call(isExpected, route, { onOffline, ...request }),
  );

  const sendTickets = async (uploads: readonly object[], signal: AbortSignal) => {
    const request = { signal, mustFinish: true, idempotencyKey: options.createKey() };
    if (uploads.length > 1) {
      const batch = { ...request, body: { uploads } };
      return readOutcomes(await callAll(isAny, `${TICKETS}/batch`, batch));
    }
    const [body] = uploads;
    return [{ answer: await callAll(isAny, TICKETS, { ...request, body }) }];
  };

  const sendCompletions = async (items: readonly Completion[], signal: AbortSignal) => {
    if (hasCompletions && items.length > 1) {
      const body = { ids: items.map(({ id }) => id) };
      try {
        return readOutcomes(await callAll(isAny, `${TICKETS}/batch/complete`, { body, signal }));
      } catch (error) {
        // An older service takes "batch" for the id of an upload.
        if (!hasCode(error, "not-found", "upload-not-found", "invalid-request")) throw error;
        hasCompletions = false;
      }
    }
    const completeOne = async ({ id, body }: Completion): Promise<Outcome> => {
      try {
        return { answer: await callAll(isAny, `${TICKETS}/${id}/complete`, { body, signal }) };
      } catch (error) {
        return { error, isFinal: true };
      }
    };
    return Promise.all(items.map(completeOne));
  };

  const batching = { wait, ready: async () => gate.pass() };
  const tickets = createBatcher<object>({
    ...batching,
    send: sendTickets,
    mustFinish: true,
    delayMs: TICKET_DELAY_MS,
    isMoreComing: options.isTicketComing,
  });
  const completions = createBatcher<Completion>({
    ...batching,
    send: sendCompletions,
    mustFinish: false,
    delayMs: COMPLETION_DELAY_MS,
    isMoreComing: options.isCompletionComing,
  });

  /** Asks again for an item that was refused for a while. */
  const askUntilAnswered = async <Item>(
    batcher: Batcher<Item>,
    item: Item,
    { signal, onRetry, onAsk, quota }: AskOptions,
  ): Promise<unknown> => {
    const attempt = async (): Promise<Outcome> => {
      await quota?.pass(signal);
      onAsk();
      const outcome = await batcher.ask(item, signal);
      if ("answer" in outcome) return outcome;
      const { error, isFinal } = outcome;
      const pauseSeconds = pauseOf(error);
      if (pauseSeconds !== undefined) {
        const paused = hasCode(error, "rate-limited") ? gate : quota;
        paused?.close(pauseSeconds);
        return attempt();
      }
      if (isFinal) return outcome;
      throw error;
    };
    const outcome = await retry(attempt, options, { signal, onRetry });
    if ("answer" in outcome) return outcome.answer;
    throw outcome.error;
  };

  const quotaGateOf = (policy: string | undefined): Gate => {
    const found = quotaGates.get(policy) ?? createGate(options);
    quotaGates.set(policy, found);
    return found;
  };

  return {
    callFor(single, { policy, onRetry }, onAsk) {
      const held = hold(gate, single);
      const quota = quotaGateOf(policy);
      return async (isExpected, route, request = {}) => {
        const { signal, body } = request;
        const completion = toCompletion(route, body);
        if (!signal || !body || (route !== TICKETS && !completion))
          return held(isExpected, route, request);
        const ask = { signal, onRetry, onAsk };
        const answer = completion
          ? await askUntilAnswered(completions, completion, ask)
          : await createAnew(async () => askUntilAnswered(tickets, body, { ...ask, quota }));
        if (isExpected(answer)) return answer;
        throw notTheService();
      };
    },
    check() {
      tickets.check();
      completions.check();
    },
    ended: (policy) => quotaGates.get(policy)?.open(),
  };
}

/** An upload to be completed. */
interface Completion {
  readonly id: string;
  /** For a completion of its own. */
  readonly body: object;
}

interface AskOptions {
  readonly signal: AbortSignal;
  readonly onRetry: UploadOptions["onRetry"];
  readonly onAsk: () => void;
  /** Closed while the quota is used up. */
  readonly quota?: Gate;
}

/** Returns `undefined` for another route, and for an upload whose parts have to be sent along. */
function toCompletion(route: string, body: object | undefined): Completion | undefined {
  const id = /^POST \/v1\/uploads\/([^/]+)\/complete$/.exec(route)?.[1];
  return id === undefined || !body || "parts" in body ? undefined : { id, body };
}

/** Returns how long to wait until the same request can pass; `undefined` for other errors. */
function pauseOf(error: unknown): number | undefined {
  if (hasCode(error, "rate-limited")) return error.retryAfterSeconds ?? DEFAULT_PAUSE_SECONDS;
  if (!hasCode(error, "quota-exceeded")) return undefined;
  const { retryAfterSeconds = Number.POSITIVE_INFINITY } = error;
  return retryAfterSeconds > MAX_QUOTA_WAIT_SECONDS ? undefined : retryAfterSeconds;
}
