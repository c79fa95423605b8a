/** The table that a person reads in ten seconds, and the settings to change. */
import { styleText } from "node:util";
import type { Capabilities } from "../../src/config/capabilities.ts";
import { literal } from "../format-config-value.ts";
import type { Finding, Group, Setting, Verdict } from "./finding.ts";

const MARKS: Readonly<Record<Verdict, string>> = {
  good: styleText("green", "✔"),
  bad: styleText("red", "✘"),
  note: styleText("yellow", "•"),
  unknown: styleText("yellow", "?"),
};
const NAME_COLUMNS = 21;

export function printGroups(groups: readonly Group[]): string {
  return groups
    .map(
      ({ title, findings }) =>
        `${styleText("bold", title)}\n${findings.map(printLine).join("\n")}\n`,
    )
    .join("\n");
}

function printLine({ name, verdict, says, mend }: Finding): string {
  const line = `  ${MARKS[verdict]} ${name.padEnd(NAME_COLUMNS)} ${says}`;
  return mend === undefined
    ? line
    : `${line}\n    ${" ".repeat(NAME_COLUMNS + 1)}${styleText("cyan", "→")} ${mend}`;
}

/** `3 to mend, 2 to know, 24 good`. */
export function printSum(groups: readonly Group[]): string {
  const count = (...verdicts: readonly Verdict[]) =>
    groups.flatMap(({ findings }) => findings).filter(({ verdict }) => verdicts.includes(verdict))
      .length;
  const bad = count("bad");
  const toMend = styleText(bad > 0 ? "red" : "green", `${bad} to mend`);
  return `${toMend}, ${count("note", "unknown")} to know, ${count("good")} good`;
}

/** What to write into the store's definition; empty where nothing differs. */
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

/** The lines to add, as they stand in `presigner.config.ts`. */
export function printSettings(store: string, setting: Setting): string {
  if (Object.keys(setting).length === 0) return "";
  const lines = Object.entries(setting).map(([name, value]) => `  ${name}: ${literal(value)},`);
  return `\nWhat differs from its row, to be set on the store ${store} in presigner.config.ts:\n\n${styleText("cyan", lines.join("\n"))}\n`;
}
