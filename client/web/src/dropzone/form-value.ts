/** What a form gets from the dropzone. */
import type { QueueItem } from "../queue/queue.ts";
import { isActive } from "./row.ts";
import type { Texts } from "./texts.ts";

/** Returns an entry for each completed file: its receipt, or its key if the service signs no receipts. */
export function toFormData(name: string, items: readonly QueueItem[]): FormData | null {
  if (!name) return null;
  const form = new FormData();
  for (const { result } of items) if (result) form.append(name, result.receipt ?? result.key);
  return form;
}

interface Validity {
  readonly flags: ValidityStateFlags;
  readonly message: string;
}

/** A form is not sent while files are being uploaded, nor without a file where one is required. */
export function validate(
  items: readonly QueueItem[],
  isRequired: boolean,
  texts: Texts,
): Validity | undefined {
  if (items.some(isActive)) return { flags: { customError: true }, message: texts.unfinished };
  if (isRequired && !items.some(({ result }) => result))
    return { flags: { valueMissing: true }, message: texts.required };
  return undefined;
}
