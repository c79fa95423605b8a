/** Charts as SVG, which say the same in words. */
import { html } from "hono/html";
import { KEPT_MINUTES, type Refusal } from "./refusals.ts";

type Html = ReturnType<typeof html>;

const WIDTH = 720;
const HEIGHT = 140;
const BASE = HEIGHT - 20;

/** Refusals for each minute, the newest on the right. */
export function refusalChart(refusals: readonly Refusal[], nowMs: number, title: string): Html {
  const minutes = Array.from({ length: KEPT_MINUTES }, (_, index) => KEPT_MINUTES - 1 - index);
  const counts = minutes.map(
    (ago) => refusals.filter(({ atMs }) => Math.floor((nowMs - atMs) / 60_000) === ago).length,
  );
  const most = Math.max(1, ...counts);
  const step = WIDTH / KEPT_MINUTES;
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-label="${title}: ${refusals.length}"
    width="100%"
  >
    <line class="axis" x1="0" x2="${WIDTH}" y1="${BASE}" y2="${BASE}" />
    ${counts.map((count, index) => {
      const height = Math.round((count / most) * (BASE - 20));
      const x = Math.round(index * step);
      return html`<rect
          class="bar"
          x="${x + 2}"
          y="${BASE - height}"
          width="${Math.round(step) - 4}"
          height="${height}"
          rx="2"
        ></rect
        >${
          count > 0
            ? html`<text x="${x + step / 2}" y="${BASE - height - 5}" text-anchor="middle"
                >${count}</text
              >`
            : ""
        }`;
    })}
    <text x="0" y="${HEIGHT - 4}">−${KEPT_MINUTES} min</text>
    <text x="${WIDTH}" y="${HEIGHT - 4}" text-anchor="end">0</text>
  </svg>`;
}

/** How much of a limit is used. */
export function quotaBar(used: number, limit: number, label: string): Html {
  const share = limit === 0 ? 1 : Math.min(1, Math.max(0, used / limit));
  return bar(share, label, share >= 0.9 ? "full" : "bar");
}

/** How much of the whole there is. */
export function shareBar(share: number, label: string): Html {
  return bar(share, label, "bar");
}

function bar(share: number, label: string, kind: "bar" | "full"): Html {
  const width = Math.round(share * 300);
  return html`<svg
    viewBox="0 0 300 10"
    role="img"
    aria-label="${label}"
    width="100%"
    height="10"
    preserveAspectRatio="none"
  >
    <rect class="track" width="300" height="10" rx="2"></rect>
    <rect class="${kind}" width="${width}" height="10" rx="2"></rect>
  </svg>`;
}
