/** Causes in time: stores compare X-Amz-Date and X-Amz-Expires with their own clock. */
import type { Evidence } from "./evidence.ts";
import type { Cause, Explanation } from "./finding.ts";

/** AWS and R2: "X-Amz-Expires" is at most a week. */
const MAX_EXPIRES_SECONDS = 604_800;
/** How far a store lets clocks differ (AWS: RequestTimeTooSkewed). */
const MAX_SKEW_MS = 900_000;
const SKEWED = "RequestTimeTooSkewed";

const expired: Cause = {
  name: "expired",
  find: (evidence) => {
    const { signing, moment, message, code } = evidence;
    const end = endOf(evidence);
    const isNamed =
      code === "ExpiredRequest" ||
      (/expired/i.test(message) && !/token/i.test(`${code}${message}`));
    const isOver = end !== undefined && moment.at > end;
    const certainty = isNamed ? "certain" : isOver ? guess(evidence) : undefined;
    if (certainty === undefined) return undefined;
    const onStored = isOver && moment.isStores ? `arrived ${show(moment.at)}` : undefined;
    return {
      certainty,
      line: "query",
      signed: end && `until ${show(end)} (X-Amz-Expires=${signing?.expiresInSeconds ?? "?"})`,
      sent: onStored,
      message:
        isNamed || moment.isStores
          ? "The ticket had expired when the request arrived"
          : "The ticket has expired by now",
      fix: "Request the ticket right before the upload, or set a longer `expiresIn` in the policy. If the ticket was new, the signing clock is behind.",
    };
  },
};

const signedInFuture: Cause = {
  name: "ticket-of-the-future",
  find: (evidence) => {
    const { signing, moment, message, code, isSignatureGood } = evidence;
    const isNamed = /not (?:yet )?valid(?: yet)?\b/i.test(message) && /request/i.test(message);
    const signedAt = signing?.signedAt;
    const isAhead =
      signedAt !== undefined && signedAt.getTime() > moment.at.getTime() + MAX_SKEW_MS;
    if (isSignatureGood || code === SKEWED || !(isNamed || isAhead)) return undefined;
    return {
      certainty: isNamed ? "certain" : code === "SignatureDoesNotMatch" ? "possible" : "likely",
      line: "query",
      signed: signedAt && `from ${show(signedAt)} (X-Amz-Date)`,
      sent: `arrived ${show(moment.at)}`,
      message: "The ticket is not valid yet: the signing clock is ahead of the store's clock",
      fix: "Correct the clock of the machine that signs. The clock of a Worker is right: look for a fixed date or another signer.",
    };
  },
};

const clockDiffers: Cause = {
  name: "clock-differs",
  find: ({ code, answer }) =>
    code === SKEWED
      ? {
          certainty: "certain",
          line: "query",
          signed: answer.fields?.get("RequestTime"),
          sent: answer.fields?.get("ServerTime"),
          message: "The signing clock and the store's clock differ by more than 15 minutes",
          fix: "Correct the clock of the machine that signs, and request a new ticket.",
        }
      : undefined,
};

const expiresTooLarge: Cause = {
  name: "expires-too-large",
  find: ({ signing, message, isSignatureGood }) => {
    const isNamed = /X-Amz-Expires must be less/i.test(message);
    const seconds = signing?.expiresInSeconds ?? 0;
    if (isSignatureGood || !(isNamed || seconds > MAX_EXPIRES_SECONDS)) return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Expires=${seconds}`,
      message: `The ticket is valid for more than one week (${MAX_EXPIRES_SECONDS} seconds), which most stores refuse`,
      fix: "Sign for a shorter time: a few minutes are enough to start an upload.",
    };
  },
};

export const TIME_CAUSES: readonly Cause[] = [
  expired,
  signedInFuture,
  clockDiffers,
  expiresTooLarge,
];

/** Returns how certain an expiry is: less if the time is not the store's, or if the store names another error. */
function guess({
  moment,
  code,
  answer,
  isSignatureGood,
}: Evidence): Explanation["certainty"] | undefined {
  if (isSignatureGood) return undefined;
  const isOpen = code === "" || code === "AccessDenied";
  if (!moment.isStores) return isOpen && (answer.status ?? 403) !== 404 ? "possible" : undefined;
  return isOpen ? "certain" : "possible";
}

function endOf({ signing }: Evidence): Date | undefined {
  const { signedAt, expiresInSeconds } = signing ?? {};
  if (!signedAt || expiresInSeconds === undefined) return undefined;
  return new Date(signedAt.getTime() + expiresInSeconds * 1000);
}

function show(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}
