/** Causes in time: stores compare X-Amz-Date and X-Amz-Expires with their own clock. */
import type { Evidence } from "./evidence.ts";
import type { Cause, Found } from "./finding.ts";

/** AWS and R2: "X-Amz-Expires" is at most a week. */
const MAX_EXPIRES_SECONDS = 604_800;
/** How far a store lets clocks differ (AWS: RequestTimeTooSkewed). */
const MAX_SKEW_MS = 900_000;
const SKEWED = "RequestTimeTooSkewed";

const expired: Cause = {
  name: "expired",
  find: (evidence) => {
    const { terms, moment, message, code } = evidence;
    const end = endOf(evidence);
    const isNamed =
      code === "ExpiredRequest" ||
      (/expired/i.test(message) && !/token/i.test(`${code}${message}`));
    const isOver = end !== undefined && moment.at > end;
    const certainty = isNamed ? "certain" : isOver ? guess(evidence) : undefined;
    if (certainty === undefined) return undefined;
    const arrived = isOver && moment.isStores ? `arrived ${show(moment.at)}` : undefined;
    return {
      certainty,
      line: "query",
      signed: end && `until ${show(end)} (X-Amz-Expires=${terms?.expiresInSeconds ?? "?"})`,
      sent: arrived,
      says:
        isNamed || moment.isStores
          ? "The ticket was over when the request arrived"
          : "The ticket is over by now",
      mend: "Ask for a new ticket right before the upload; a longer `expiresIn` of the policy gives more time to begin. If it was fresh, the clock of the signer is behind.",
    };
  },
};

const ofTheFuture: Cause = {
  name: "ticket-of-the-future",
  find: (evidence) => {
    const { terms, moment, message, code, isSignatureGood } = evidence;
    const isNamed = /not (?:yet )?valid(?: yet)?\b/i.test(message) && /request/i.test(message);
    const signedAt = terms?.signedAt;
    const isAhead =
      signedAt !== undefined && signedAt.getTime() > moment.at.getTime() + MAX_SKEW_MS;
    if (isSignatureGood || code === SKEWED || !(isNamed || isAhead)) return undefined;
    return {
      certainty: isNamed ? "certain" : code === "SignatureDoesNotMatch" ? "possible" : "likely",
      line: "query",
      signed: signedAt && `from ${show(signedAt)} (X-Amz-Date)`,
      sent: `arrived ${show(moment.at)}`,
      says: "The ticket begins in the future: the clock of the signer is ahead of the store's",
      mend: "Set the clock of the machine that signs. A Worker's own clock is right: look for a fixed date or another signer.",
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
          says: "The clock of the signer and the store's differ by more than 15 minutes",
          mend: "Set the clock of the machine that signs, and ask for a new ticket.",
        }
      : undefined,
};

const expiresTooLarge: Cause = {
  name: "expires-too-large",
  find: ({ terms, message, isSignatureGood }) => {
    const isNamed = /X-Amz-Expires must be less/i.test(message);
    const seconds = terms?.expiresInSeconds ?? 0;
    if (isSignatureGood || !(isNamed || seconds > MAX_EXPIRES_SECONDS)) return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Expires=${seconds}`,
      says: `The ticket is for more than ${MAX_EXPIRES_SECONDS} seconds, a week, which no store but few takes`,
      mend: "Sign for a shorter time: minutes are enough to begin an upload.",
    };
  },
};

export const TIME_CAUSES: readonly Cause[] = [expired, ofTheFuture, clockDiffers, expiresTooLarge];

/** A clock that is not the store's proves nothing of an old request that was refused for something else. */
function guess({
  moment,
  code,
  answer,
  isSignatureGood,
}: Evidence): Found["certainty"] | undefined {
  if (isSignatureGood) return undefined;
  const isOpen = code === "" || code === "AccessDenied";
  if (!moment.isStores) return isOpen && (answer.status ?? 403) !== 404 ? "possible" : undefined;
  return isOpen ? "certain" : "possible";
}

function endOf({ terms }: Evidence): Date | undefined {
  const { signedAt, expiresInSeconds } = terms ?? {};
  if (!signedAt || expiresInSeconds === undefined) return undefined;
  return new Date(signedAt.getTime() + expiresInSeconds * 1000);
}

function show(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}
