import { BOX_STYLES } from "./styles-box.ts";
import { LIST_STYLES } from "./styles-list.ts";

let sheet: CSSStyleSheet | undefined;

/** Returns the style sheet that all dropzones share. No policy for content (CSP) forbids it. */
export function readStyles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(BOX_STYLES + LIST_STYLES);
  }
  return sheet;
}
