/** The page of `npm run dev`: uploads files with tickets, and shows every step. */
import { createQueue, createUploader, type QueueItem } from "../../client/web/src/index.ts";
import { createBreakIt } from "./break/break-it.ts";
import { listenForFiles } from "./choose-files.ts";
import { describeError } from "./describe-error.ts";
import { drawIcons, drawTexts } from "./draw-texts.ts";
import { find } from "./element.ts";
import { createFileSection } from "./file-section.ts";
import { createFlow } from "./flow.ts";
import { drawGallery } from "./gallery.ts";
import { createGalleryService } from "./gallery-service.ts";
import { drawInterrupted, markEnded, markStarted } from "./interrupted.ts";
import { createPolicySection } from "./policy-section.ts";
import { createRows } from "./rows.ts";
import { say, settings } from "./settings.ts";
import { addStored } from "./stored.ts";
import { drawSummary } from "./summary.ts";
import { requestToken } from "./token.ts";

const REDRAW_MS = 1000;

const uploader = createUploader({ endpoint: location.origin, getToken: requestToken });
const policies = createPolicySection(uploader, () => breakIt.reset());
const queue = createQueue(uploader, { policies: policies.list });
const typesOf = ({ policy }: QueueItem) => policies.get(policy)?.types ?? [];
const files = createFileSection({ queue, typesOf });
const flow = createFlow();
const breakIt = createBreakIt({ policy: policies.chosen, announce });
const gallery = createGalleryService({ uploader, policyOf: policies.get, announce });
const rows = createRows({
  queue,
  show(item) {
    files.show(item, () => rows.focus(item.id));
    draw();
  },
  cancelFailed: ({ file }) => announce(`${file.name}: ${say("cancelFailed")}`),
});

/** Announces a text to screen readers. */
function announce(text: string): void {
  find("announcement", HTMLElement).textContent = text;
}

function draw(): void {
  rows.draw(files.chosenId());
  files.draw();
  flow(queue.snapshot);
  drawSummary(queue);
  drawInterrupted();
}

/** Draws everything: for another language, user, or list of policies. */
function drawAll(): void {
  drawTexts();
  policies.draw();
  breakIt.draw();
  draw();
  void drawGallery(gallery);
}

async function add(chosen: readonly File[]): Promise<void> {
  for (const { name } of chosen) markStarted(name);
  // Offline, or without the service, the queue says so for each file.
  await policies.load().catch(() => undefined);
  queue.add(chosen, { policy: policies.chosen()?.name });
}

let isScheduled = false;

/** Progress comes faster than a screen shows it. */
function scheduleDrawing(): void {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    draw();
  });
}

queue.on("change", (item) => {
  if (item?.ticket) policies.note(item.ticket);
  if (item?.state === "aborted") markEnded(item.file.name ?? "");
  scheduleDrawing();
});
queue.on("completed", (item) => {
  if (!item?.result) return;
  const { key, policy, contentType } = item.result;
  const name = item.file.name ?? "";
  markEnded(name);
  announce(`${name}: ${say("state.completed")}`);
  if (!policies.get(policy)?.download) return;
  addStored(settings.user, { key, policy, name, contentType });
  void drawGallery(gallery);
});
queue.on("failed", (item) => {
  if (!item?.error) return;
  const { file, error } = item;
  markEnded(file.name ?? "");
  const attempted = { contentType: file.type, types: typesOf(item) };
  const { title, detail } = describeError(settings.language, error, attempted);
  announce(`${file.name}: ${title}. ${detail}`);
});
queue.on("idle", () => void policies.load().then(policies.draw));

const userInput = find("user", HTMLInputElement);
userInput.value = settings.user;
userInput.addEventListener("change", () => {
  settings.user = userInput.value;
  breakIt.reset();
  void policies.load().then(drawAll);
});
find("language", HTMLElement).addEventListener("click", () => {
  settings.language = settings.language === "ko" ? "en" : "ko";
  drawAll();
});
listenForFiles((chosen) => void add(chosen));
drawIcons();
drawAll();
setInterval(draw, REDRAW_MS);
void policies.load().then(drawAll);
