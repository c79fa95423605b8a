/** The small picture of an image. It is drawn on a canvas: `img-src` of the page need not allow `blob:`. */

const SIDE_PIXELS = 80;
const MAX_BYTES = 20_000_000;
const TYPES = /^image\/(avif|gif|jpeg|png|webp)$/;

/** One image is decoded at a time: a photo needs some 50 MB meanwhile. */
let previous: Promise<void> = Promise.resolve();

/** Replaces the element by a picture of the file, if the file is an image that the browser can decode. */
export function drawPicture(file: Blob, replaced: Element): void {
  if (!TYPES.test(file.type) || file.size > MAX_BYTES) return;
  previous = drawAfter(previous, file, replaced);
}

async function drawAfter(before: Promise<void>, file: Blob, replaced: Element): Promise<void> {
  await before;
  if (!replaced.isConnected) return;
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return;
  }
  const canvas = document.createElement("canvas");
  canvas.width = SIDE_PIXELS;
  canvas.height = SIDE_PIXELS;
  const scale = SIDE_PIXELS / Math.min(bitmap.width, bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const [left, top] = [(SIDE_PIXELS - width) / 2, (SIDE_PIXELS - height) / 2];
  canvas.getContext("2d")?.drawImage(bitmap, left, top, width, height);
  bitmap.close();
  replaced.replaceWith(canvas);
}
