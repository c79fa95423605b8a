/** Writes sizes, speeds and errors in the language of the dropzone. */
import type { QueueItem } from "../queue/queue.ts";
import { ENGLISH, fillIn, textsOf, type TextName, type Texts } from "./texts.ts";

/** A language with its texts. */
export interface Words {
  readonly texts: Texts;
  readonly bytes: (bytes: number) => string;
  readonly bytesPerSecond: (bytes: number) => string;
  readonly seconds: (seconds: number) => string;
}

/** Creates the words of a language tag such as `ko-KR`. The given texts replace the built-in ones. */
export function createWords(language: string, given: Partial<Texts>): Words {
  const format = (value: number, unit: string, maximumFractionDigits = 0) =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit,
      // The short form has no plural: "70 byte".
      unitDisplay: unit.startsWith("byte") ? "long" : "short",
      maximumFractionDigits,
    }).format(value);
  const scale = (bytes: number, per: string) => {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
    const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
    return format(bytes / 1000 ** step, `${units[step]}${per}`, step < 2 ? 0 : 1);
  };
  return {
    texts: { ...textsOf(language), ...given },
    bytes: (bytes) => scale(bytes, ""),
    bytesPerSecond: (bytes) => scale(bytes, "-per-second"),
    seconds: (seconds) => {
      if (seconds < 60) return format(Math.ceil(seconds), "second");
      if (seconds < 3600) return format(Math.ceil(seconds / 60), "minute");
      return format(Math.ceil(seconds / 3600), "hour");
    },
  };
}

/** Describes the state of a file in one line. */
export function describeState({ texts, bytes }: Words, item: QueueItem): string {
  if (item.state === "failed") {
    const code = item.error?.code ?? "other";
    const limit = item.error?.limit;
    // Without a limit there is nothing to say after "at most".
    const isKnown = isTextName(code) && (code !== "too-large" || limit !== undefined);
    return fillIn(texts[isKnown ? code : "other"], { limit: bytes(limit ?? 0) });
  }
  return fillIn(texts[item.state], {
    sent: bytes(item.progress.sentBytes),
    total: bytes(item.file.size),
  });
}

function isTextName(code: string): code is TextName {
  return Object.hasOwn(ENGLISH, code);
}
