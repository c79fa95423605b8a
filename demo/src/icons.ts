/** The icons, drawn with lines on a grid of 24 by 24. */

const PATHS = {
  ticket:
    "M3 9V6a1 1 0 0 1 1-1h16a1 1 0 0 1 1 1v3a3 3 0 0 0 0 6v3a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-3a3 3 0 0 0 0-6zM14 5.5V8M14 11v2M14 16v2.5",
  store:
    "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6l1.8 13c.2 1.1 2.8 2 6.2 2s6-.9 6.2-2L20 6",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 10.5l2 2 4-4",
  upload: "M12 16V5M7 9.5 12 4.5l5 5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
  download: "M12 4v11M7 10.5l5 5 5-5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
  camera:
    "M4 8h3l1.5-2.5h7L17 8h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM12 16.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5z",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  close: "M6 6l12 12M18 6 6 18",
  retry: "M19 12a7 7 0 1 1-2.2-5.1M19 4v4.5h-4.5",
  trash: "M4 7h16M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 7.5v5.5M12 16.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  clock: "M12 7v5l3.5 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  shield: "M12 3l7.5 2.5V11c0 4.7-3.2 8.2-7.5 10-4.3-1.8-7.5-5.3-7.5-10V5.5zM8.5 12l2.5 2.5 4.5-5",
  image:
    "M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM3.5 17.5 9 12l4 4 2.5-2.5 5 5M15.5 9.5v.01",
  video:
    "M4 6h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM15 10.5l6-3.5v10l-6-3.5",
  audio:
    "M9 17.5V6l10-2v11.5M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 15.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  archive: "M4 4h16v5H4zM5.5 9v11h13V9M10 13h4",
  text: "M6 3h8l4.5 4.5V21H6zM14 3v4.5h4.5M9 12h6M9 16h6",
  file: "M6 3h8l4.5 4.5V21H6zM14 3v4.5h4.5",
  longer: "M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4",
  type: "M4 12.5V4h8.5L21 12.5 12.5 21zM8.5 8.5v.01",
  twice: "M9 9h11v11H9zM5 15H4V4h11v1",
  key: "M14.5 13.5a5 5 0 1 0-4-4L3 17v4h4v-3h3v-3zM16.5 7.5v.01",
  copy: "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM6 8v8M6 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18 12c0 4-6 2.5-11 5",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** Creates an icon. It is decoration: the text beside it, or the button's label, says the same. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Whether there is an icon with this name. */
export function isIconName(name: string): name is IconName {
  return Object.hasOwn(PATHS, name);
}
