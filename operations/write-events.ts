/** Returns the parts of docs/operations.md that follow from the catalogue of events. */
import { LEVELS, LEVEL_NAMES, type EventName } from "../src/events.ts";
import { EVENTS, FIELDS, type EventText } from "./catalogue.ts";
import { writeTable } from "./write-table.ts";

/** The most serious first, and those of one level by their names. */
export function writeEvents(): string {
  return LEVEL_NAMES.toReversed()
    .map((level) => {
      const names = namesOf(EVENTS).filter((name) => LEVELS[name] === level);
      return [`### Level ${level}`, ...names.toSorted().map(writeEvent)].join("\n\n");
    })
    .join("\n\n");
}

export function writeFields(): string {
  const rows = Object.entries(FIELDS)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, meaning]) => [`\`${name}\``, meaning]);
  return writeTable(["field", "means"], rows);
}

function writeEvent(name: EventName): string {
  const { fields, means, todo }: EventText = EVENTS[name];
  const listed = Object.entries(fields).map(
    ([field, presence]) => `\`${field}\`${presence === "always" ? "" : "?"}`,
  );
  return [
    `#### ${name}`,
    means,
    ...(listed.length > 0 ? [`Fields: ${listed.join(", ")}`] : []),
    ...todo.map((paragraph, index) => (index === 0 ? `**Do:** ${paragraph}` : paragraph)),
  ].join("\n\n");
}

function namesOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
  return Object.keys(record) as Key[];
}
