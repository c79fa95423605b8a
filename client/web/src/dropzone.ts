/** The custom element `<edge-presigner-dropzone>`. Importing this file defines it. */
import { DropzoneElement } from "./dropzone/element.ts";
import type { DropzoneEventMap } from "./dropzone/events.ts";

export { DropzoneElement };
export type { CompletedItem, DropzoneEventMap, FailedItem } from "./dropzone/events.ts";
export type { Texts } from "./dropzone/texts.ts";

declare global {
  interface HTMLElementTagNameMap {
    "edge-presigner-dropzone": DropzoneElement;
  }
  interface HTMLElementEventMap extends Omit<DropzoneEventMap, "change"> {}
}

// A server that renders the page imports this file, too.
if (typeof customElements !== "undefined" && !customElements.get("edge-presigner-dropzone"))
  customElements.define("edge-presigner-dropzone", DropzoneElement);
