/** What a policy allows, for the file chooser and for people. */
import type { PolicyInfo, PolicyList } from "../policies.ts";
import { fillIn, type Texts } from "./texts.ts";
import type { Words } from "./words.ts";

/** Returns the policy with this name, or the default policy. */
export function findPolicy(list: PolicyList, name: string): PolicyInfo | undefined {
  return list.policies.find((policy) => policy.name === (name || list.default));
}

/** Returns the value of an `accept` attribute: types, and the extensions of files that have no type. */
export function acceptOf({ types = [], extensions = [] }: PolicyInfo): string {
  if (types.includes("*/*")) return "";
  return [...types, ...extensions.map((extension) => `.${extension.replace(/^\./, "")}`)].join(",");
}

/** Returns the list without what changes meanwhile: only the service knows what remains of a quota. */
export function forgetQuotas(list: PolicyList): PolicyList {
  return { ...list, policies: list.policies.map((policy) => ({ ...policy, quota: {} })) };
}

/** Describes the rule, such as `PNG, JPEG · up to 10 MB`. Types are those of an `accept` attribute. */
export function describeRule(
  words: Words,
  types: readonly string[],
  maxBytes: number | undefined,
): string {
  const names = new Set(types.flatMap((type) => nameOf(type.trim(), words.texts) ?? []));
  const size = maxBytes !== undefined && fillIn(words.texts.upTo, { size: words.bytes(maxBytes) });
  return [[...names].join(", "), size].filter(Boolean).join(" · ");
}

/** `image/svg+xml` becomes `SVG`, `.pdf` becomes `PDF`, `image/*` becomes a word. */
function nameOf(type: string, texts: Texts): string | undefined {
  const kind = /^(image|video|audio)\/\*$/.exec(type)?.[1];
  if (kind === "image" || kind === "video" || kind === "audio") return texts[kind];
  const name = /(?:^\.|\/(?:x-|vnd\.)?)([\w-]+)(?:\+\w+)?$/.exec(type)?.[1];
  return name === undefined || name.length > 12 ? undefined : name.toUpperCase();
}
