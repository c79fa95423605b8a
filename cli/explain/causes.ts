/** Finds the causes of a failed request, from the list of all known causes. */
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

/** The order of equally certain causes: what the answer names comes before what was compared. */
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

/** Returns the causes, the most certain first, or an empty list if nothing differs. */
export function findCauses(evidence: Evidence): readonly Finding[] {
  const found = CAUSES.flatMap(({ name, find }) => {
    const finding = find(evidence);
    return finding ? [{ cause: name, ...finding }] : [];
  });
  return found.toSorted(
    (one, other) => CERTAINTIES.indexOf(one.certainty) - CERTAINTIES.indexOf(other.certainty),
  );
}

/** Returns sentences about inputs that would allow more comparisons. */
export function findMissing({
  signed,
  sent,
  isComplete,
  answer,
  url,
}: Evidence): readonly string[] {
  const isAnswered = answer.status !== undefined || answer.fields !== undefined;
  return [
    ...(url ? [] : ["Add the URL, or the ticket from the answer of the Worker."]),
    ...(url && !isComplete
      ? ["Add the JSON of the ticket from the answer of the Worker: it has the signed headers."]
      : []),
    ...(signed && (!sent || sent.unknownHeaders === "all")
      ? ['Add the headers that were sent: use `curl -v`, or "Copy as cURL" in a browser.']
      : []),
    ...(isAnswered
      ? []
      : ["Add the answer of the store: its status with --status, and its XML error."]),
  ];
}
