/** The icons, as paths of lines in a square of 24 by 24. */

const PATHS = {
  upload: "M12 15V4m-4 4 4-4 4 4M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3",
  camera:
    "M4 8h3l2-3h6l2 3h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1m8 9a4 4 0 1 0 0-8 4 4 0 0 0 0 8",
  image:
    "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1m-1 12 5-5 9 9m-4-4 2-2 4 4M15 9h.01",
  video: "M4 6h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1m11 5 6-3v8l-6-3",
  audio:
    "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0m10-2a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0",
  file: "M7 3h7l5 5v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1m7 0v5h5M9 13h6m-6 4h4",
  waiting: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18m0-14v5l3 2",
  sending: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18m0-5V8m-3 3 3-3 3 3",
  paused: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M10 9v6m4-6v6",
  completed: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18m-4-9 3 3 5-6",
  failed: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18m0-14v6m0 3h.01",
  pause: "M9 6v12m6-12v12",
  resume: "m8 5 11 7-11 7z",
  retry: "M20 12a8 8 0 1 1-2.5-5.8L20 8.500M20 4v4.500h-4.500",
  remove: "m6 6 12 12M18 6 6 18",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** Draws an icon in the color of the text around it. Screen readers skip it. */
export function drawIcon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Returns the icon of a content type. */
export function iconOf(contentType: string): IconName {
  const [kind = ""] = contentType.split("/");
  return kind === "image" || kind === "video" || kind === "audio" ? kind : "file";
}
