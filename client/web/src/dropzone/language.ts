/** Returns the language tag of an element: its own `lang`, that of what it is in, or the browser's. */
export function languageOf(element: HTMLElement): string {
  const declared = element.closest<HTMLElement>("[lang]:not([lang=''])")?.lang ?? "";
  // A browser without a locale calls its language `en-US@posix`, which is no language tag.
  return [declared, navigator.language].find(isLanguageTag) ?? "en";
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
