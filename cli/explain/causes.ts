/** The table of causes, and what it finds in a failed request. */
import { ANSWER_CAUSES, noPermission } from "./cause-answer.ts";
import { CODE_CAUSES } from "./cause-code.ts";
import { HEADER_CAUSES } from "./cause-headers.ts";
import { PATH_CAUSES } from "./cause-path.ts";
import { QUERY_CAUSES } from "./cause-query.ts";
import { KEY_CAUSES, wrongSecret } from "./cause-key.ts";
import { SCOPE_CAUSES } from "./cause-scope.ts";
import { TIME_CAUSES } from "./cause-time.ts";
import type { Evidence } from "./evidence.ts";
import { CERTAINTIES, type Cause, type Finding } from "./finding.ts";

/** In this order where they are equally certain: what the answer names comes before what is compared. */
const COMPARED: readonly Cause[] = [
  ...ANSWER_CAUSES,
  ...CODE_CAUSES,
  ...QUERY_CAUSES,
  ...TIME_CAUSES,
  ...SCOPE_CAUSES,
  ...KEY_CAUSES,
  ...PATH_CAUSES,
  ...HEADER_CAUSES,
];
const CAUSES: readonly Cause[] = [...COMPARED, wrongSecret(COMPARED), noPermission(COMPARED)];

/** The most certain first; none where nothing differs. */
export function findCauses(evidence: Evidence): readonly Finding[] {
  const found = CAUSES.flatMap(({ name, find }) => {
    const finding = find(evidence);
    return finding ? [{ cause: name, ...finding }] : [];
  });
  return found.toSorted(
    (one, other) => CERTAINTIES.indexOf(one.certainty) - CERTAINTIES.indexOf(other.certainty),
  );
}

/** What would let more be compared, as sentences. */
export function findMissing({ signed, sent, isWhole, answer, url }: Evidence): readonly string[] {
  const isAnswered = answer.status !== undefined || answer.fields !== undefined;
  return [
    ...(url ? [] : ["Add the URL, or the ticket that the Worker answered."]),
    ...(url && !isWhole
      ? ["Add the ticket as the Worker answered it, in JSON: it tells what was signed."]
      : []),
    ...(signed && (!sent || sent.unsaid === "all")
      ? ['Add the headers that were sent: `curl -v` shows them, and a browser\'s "Copy as cURL".']
      : []),
    ...(isAnswered ? [] : ["Add the store's answer: its status with --status, and its XML."]),
  ];
}
