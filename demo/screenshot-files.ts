/** Files for the screenshots: pictures that are drawn, so that no photo has to be in the repository. */
import type { Browser } from "playwright-core";

export interface Chosen {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** A landscape: its sky from top to bottom, its sun, its hills from far to near. */
const LANDSCAPES = [
  ["제주 여행.jpg", "#2b4c8c", "#f7b267", "#fff1c9", "#6f6a9e", "#2c2f55"],
  ["한라산.jpg", "#8fd3f4", "#e8f7ee", "#fff6d6", "#7fb69b", "#2f6b54"],
  ["sunrise.jpg", "#3f2b63", "#ff8a5b", "#ffe3a3", "#a5486b", "#3b1f3f"],
  ["harbour.jpg", "#0f2a4a", "#3c7fa8", "#f2f5dd", "#23557a", "#0b1d33"],
] as const;

/** Draws the pictures as JPEG files. */
export async function drawPictures(browser: Browser): Promise<readonly Chosen[]> {
  const page = await browser.newPage();
  const pictures = await Promise.all(
    LANDSCAPES.map(async ([name, ...colors]) => {
      const url = await page.evaluate(draw, colors);
      const [, base64 = ""] = url.split(",");
      return { name, mimeType: "image/jpeg", buffer: Buffer.from(base64, "base64") };
    }),
  );
  await page.close();
  return pictures;
}

/** Runs in the page. */
function draw([top = "", bottom = "", sun = "", far = "", near = ""]: readonly string[]): string {
  const canvas = document.createElement("canvas");
  const [width, height] = [1600, 1200];
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return "";
  const sky = context.createLinearGradient(0, 0, 0, height * 0.8);
  sky.addColorStop(0, top);
  sky.addColorStop(1, bottom);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = sun;
  context.beginPath();
  context.arc(width * 0.68, height * 0.42, height * 0.11, 0, 2 * Math.PI);
  context.fill();
  for (const [color, base, swing] of [
    [far, 0.62, 0.12],
    [near, 0.8, 0.09],
  ] as const) {
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += 10) {
      const wave = Math.sin(x / 240 + base * 9) + 0.5 * Math.sin(x / 97 + base * 5);
      context.lineTo(x, height * (base - swing * 0.6 * wave));
    }
    context.lineTo(width, height);
    context.fill();
  }
  return canvas.toDataURL("image/jpeg", 0.92);
}
