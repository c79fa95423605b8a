/** Returns the parts of docs/audit.md that follow from its catalogue, and the JSON Schema of its events. */
import * as z from "zod/mini";
import { ACTS, ACT_FIELDS } from "./audit-catalogue.ts";
import { writeTable } from "./write-table.ts";

type Entries<Of> = readonly (readonly [keyof Of & string, Of[keyof Of]])[];

function entriesOf<Of extends object>(record: Of): Entries<Of> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
  return Object.entries(record) as unknown as Entries<Of>;
}

export function writeActs(): string {
  const rows = entriesOf(ACTS).map(([type, { when, fields }]) => [
    `\`${type}\``,
    when,
    entriesOf(fields)
      .map(([field, presence]) => `\`${field}\`${presence === "always" ? "" : "?"}`)
      .join(", "),
  ]);
  return writeTable(["type", "when", "`data` has"], rows);
}

export function writeActFields(): string {
  const rows = entriesOf(ACT_FIELDS).map(([field, { means }]) => [`\`${field}\``, means]);
  return writeTable(["field", "means"], rows);
}

export function makeAuditSchema(): object {
  const title = "An event of the audit of edge-presigner";
  return { title, ...z.toJSONSchema(auditEventSchema()) };
}

/** One schema for each type: an event has its fields and no others. */
export function auditEventSchema(): z.ZodMiniType {
  const events = entriesOf(ACTS).map(([type, { fields }]) =>
    z.strictObject({
      specversion: z.literal("1.0"),
      id: z.string().check(z.minLength(1)),
      source: z.string().check(z.minLength(1)),
      type: z.literal(`edge-presigner.${type}`),
      subject: z.optional(z.string().check(z.minLength(1))),
      time: z.iso.datetime(),
      datacontenttype: z.literal("application/json"),
      data: z.strictObject(
        Object.fromEntries(
          entriesOf(fields).map(([field, presence]) => {
            const { schema } = ACT_FIELDS[field];
            return [field, presence === "always" ? schema : z.optional(schema)];
          }),
        ),
      ),
    }),
  );
  const [first, ...others] = events;
  if (!first) throw new Error("There are no events");
  return z.union([first, ...others]);
}
