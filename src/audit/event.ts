/** Acts as events in JSON (CloudEvents 1.0.2, "JSON Event Format"). docs/audit-event.schema.json describes them. */
import type { Act, RequestAct, UploadAct } from "./act.ts";

interface Origin {
  /** Of the configuration: which service it was. */
  readonly source: string;
  /** The same for the same act, so that a receiver can ignore what comes twice. */
  readonly id: string;
  readonly atMs: number;
}

/** Returns the event as text. What is not known is not in it. */
export function writeEvent(given: RequestAct, { source, id, atMs }: Origin): string {
  const { type, ledger: _, ...act } = given;
  return JSON.stringify({
    specversion: "1.0",
    id,
    source,
    type: `edge-presigner.${type}`,
    subject: act.key ?? act.prefix,
    time: new Date(atMs).toISOString(),
    datacontenttype: "application/json",
    data: { decision: decisionOf(type, act), ...act },
  });
}

/** That a ticket has expired was nobody's decision. */
function decisionOf(type: Act["type"], { code }: Pick<Act, "code">): string | undefined {
  if (type === "upload.expired") return undefined;
  return code === undefined ? "allowed" : "refused";
}

/** Returns the id of an upload's event, which is the same each time. */
export function idOf({ type, upload }: UploadAct): string {
  return `${upload}.${type.split(".")[1]}`;
}

export function isAboutUpload(act: Act): act is UploadAct {
  return act.upload !== undefined;
}
