/** Prints the findings, the summary and the settings to change. */
import { styleText } from "node:util";
import type { Capabilities } from "../../src/config/capabilities.ts";
import { formatConfigValue } from "../format-config-value.ts";
import { printableValue } from "../printable.ts";
import type { Finding, Group, Setting, Verdict } from "./finding.ts";

const MARKS: Readonly<Record<Verdict, string>> = {
  good: styleText("green", "✔"),
  bad: styleText("red", "✘"),
  note: styleText("yellow", "•"),
  unknown: styleText("yellow", "?"),
};
const NAME_COLUMNS = 21;

/** Returns the findings as aligned lines under their headings. */
export function printGroups(groups: readonly Group[]): string {
  return groups
    .map(
      ({ title, findings }) =>
        `${styleText("bold", title)}\n${findings.map(printLine).join("\n")}\n`,
    )
    .join("\n");
}

function printLine({ name, verdict, message, fix }: Finding): string {
  const line = `  ${MARKS[verdict]} ${name.padEnd(NAME_COLUMNS)} ${printableValue(message)}`;
  return fix === undefined
    ? line
    : `${line}\n    ${" ".repeat(NAME_COLUMNS + 1)}${styleText("cyan", "→")} ${fix}`;
}

/** Returns the summary: `3 problems, 2 notes, 24 passed`. */
export function printSummary(groups: readonly Group[]): string {
  const count = (...verdicts: readonly Verdict[]) =>
    groups.flatMap(({ findings }) => findings).filter(({ verdict }) => verdicts.includes(verdict))
      .length;
  const bad = count("bad");
  const notes = count("note", "unknown");
  const problems = styleText(
    bad > 0 ? "red" : "green",
    `${bad} ${bad === 1 ? "problem" : "problems"}`,
  );
  return `${problems}, ${notes} ${notes === 1 ? "note" : "notes"}, ${count("good")} passed`;
}

/** Returns the settings to change in the configuration of the store, merged from all findings. */
export function settingsOf(groups: readonly Group[]): Setting {
  const settings = groups.flatMap(({ findings }) =>
    findings.flatMap(({ setting }) => (setting ? [setting] : [])),
  );
  return settings.reduce<Setting>(merge, {});
}

function merge(all: Setting, one: Setting): Setting {
  const capabilities: Capabilities = {
    ...all.capabilities,
    ...one.capabilities,
    checksums: { ...all.capabilities?.checksums, ...one.capabilities?.checksums },
  };
  const { checksums, ...others } = capabilities;
  const isEmpty = Object.keys(checksums ?? {}).length === 0;
  const merged = isEmpty ? others : capabilities;
  return {
    ...all,
    ...one,
    ...(Object.keys(merged).length > 0 && { capabilities: merged }),
  };
}

/** Returns the lines to add to `presigner.config.ts`, or an empty text. */
export function printSettings(store: string, setting: Setting): string {
  if (Object.keys(setting).length === 0) return "";
  const lines = Object.entries(setting).map(
    ([name, value]) => `  ${name}: ${formatConfigValue(value)},`,
  );
  return `\nSet this on the store ${store} in presigner.config.ts:\n\n${styleText("cyan", lines.join("\n"))}\n`;
}
