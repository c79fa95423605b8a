/** The demo page of `npm run dev`: uploads files with tickets, and shows every step. */
import * as z from "zod/mini";
import {
  UploadError,
  createUploader,
  type Ticket,
  type Upload,
} from "../../client/web/src/index.ts";
import { find } from "./element.ts";
import { addToGallery, showGallery, type Stored } from "./gallery.ts";
import { markEnded, markStarted, readInterrupted } from "./interrupted.ts";
import { createItem, type ItemState } from "./item.ts";
import { readPolicies, type Policy } from "./policies.ts";
import { checkReceipt } from "./receipt.ts";
import { bytesOf, isTextName, textOf, type Language } from "./texts.ts";

const tokenSchema = z.object({ token: z.string() });

const userInput = find("user", HTMLInputElement);
const policySelect = find("policy", HTMLSelectElement);
const languageButton = find("language", HTMLButtonElement);
const filesInput = find("files", HTMLInputElement);
const drop = find("drop", HTMLElement);
const uploads = find("uploads", HTMLUListElement);
const announcement = find("announcement", HTMLParagraphElement);

const STATES = {
  preparing: "waiting",
  sending: "sending",
  paused: "paused",
  completing: "checking",
} as const;
const REDRAW_MS = 1000;

/** The uploads that the last reload interrupted. */
const interrupted = readInterrupted();

let language: Language = (localStorage.getItem("language") ?? navigator.language).startsWith("ko")
  ? "ko"
  : "en";
userInput.value = localStorage.getItem("user") ?? "alice";
let policies: ReadonlyMap<string, Policy> = new Map();
const loaded = showPolicies();

const uploader = createUploader({
  endpoint: location.origin,
  // In a real app the token comes from its backend or its login.
  async getToken() {
    const response = await fetch(`/dev/token?user=${encodeURIComponent(userInput.value)}`);
    return tokenSchema.parse(await response.json()).token;
  },
});

/** Draws every upload again: each second, and when the language changes. */
const redraws: (() => void)[] = [];
setInterval(() => redraws.forEach((redraw) => redraw()), REDRAW_MS);

function send(file: File): void {
  const policy = policySelect.value;
  const user = userInput.value;
  let item: ItemState = { state: "waiting", sentBytes: 0 };
  let upload: Upload | undefined;
  const show = (changes: Partial<ItemState>) => {
    item = { ...item, ...changes };
    view.show(item, language);
  };
  /** Also shows an abort that failed: then not everything was deleted. */
  const showFailure = (error: unknown) => {
    const { code, message } =
      error instanceof UploadError ? error : { code: "other", message: String(error) };
    if (code === "aborted") show({ state: "aborted", sentBytes: 0 });
    else show({ state: "failed", error: { code, detail: message } });
    announce(`${file.name}: ${textOf(language, isTextName(code) ? code : "other")}`);
  };
  const view = createItem(file, {
    pause: () => upload?.pause(),
    resume: () => upload?.resume(),
    cancel: () => void upload?.abort().catch(showFailure),
    retry: () => void start(),
  });
  redraws.push(() => view.show(item, language));
  uploads.prepend(view.root);
  find("no-uploads", HTMLParagraphElement).hidden = true;

  const start = async () => {
    item = { state: "waiting", sentBytes: 0 };
    show({});
    markStarted(file.name);
    upload = uploader.start(file, {
      policy,
      onTicket: (ticket) => show({ signed: signedBy(ticket) }),
      onPhase: (phase) => show({ state: STATES[phase] }),
      onProgress: ({ sentBytes }) => show({ sentBytes }),
    });
    try {
      const { key, contentType, receipt } = await upload.done;
      show({ state: "completed", sentBytes: file.size, receipt: await checkReceipt(receipt) });
      if (policies.get(policy)?.download)
        addToGallery(user, { key, policy, name: file.name, contentType });
      announce(`${file.name}: ${textOf(language, "completed")}`);
      await drawGallery();
    } catch (error) {
      showFailure(error);
    } finally {
      markEnded(file.name);
      drawInterrupted();
    }
  };
  void start();
}

/** Returns the signed headers and the expiry: of the first part if the upload is multipart. */
function signedBy(ticket: Ticket): NonNullable<ItemState["signed"]> {
  const { expiresAt } = ticket;
  const put = ticket.multipart ? ticket.multipart.parts[0] : ticket;
  const { headers = {}, contentLength } = put ?? {};
  const length = contentLength === undefined ? {} : { "content-length": String(contentLength) };
  return {
    headers: { ...headers, ...length },
    expiresAtMs: Date.parse(put?.expiresAt ?? expiresAt),
  };
}

/** Announces a text to screen readers. */
function announce(text: string): void {
  announcement.textContent = text;
}

async function drawGallery(): Promise<void> {
  await showGallery(userInput.value, language, {
    readUrl: async ({ key, policy }: Stored) =>
      (await uploader.download(key, { policy, disposition: "inline" })).url,
    canRemove: ({ policy }: Stored) => policies.get(policy)?.delete ?? false,
    remove: async ({ key, policy }: Stored) =>
      uploader.remove(key, { policy }).then(
        () => true,
        () => false,
      ),
  });
}

function draw(): void {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
    const name = element.dataset["text"] ?? "";
    if (isTextName(name)) element.textContent = textOf(language, name);
  }
  languageButton.textContent = language === "ko" ? "English" : "한국어";
  languageButton.lang = language === "ko" ? "en" : "ko";
  find("rule", HTMLParagraphElement).textContent = describePolicy();
  drawInterrupted();
  redraws.forEach((redraw) => redraw());
  void drawGallery();
}

async function showPolicies(): Promise<void> {
  policies = await readPolicies();
  policySelect.append(...[...policies.keys()].map((name) => new Option(name)));
  const chosen = localStorage.getItem("policy") ?? "";
  if (policies.has(chosen)) policySelect.value = chosen;
}

function describePolicy(): string {
  const policy = policies.get(policySelect.value);
  if (!policy) return "";
  const { types, maxBytes } = policy;
  return textOf(language, "rule", { types: types.join(", "), size: bytesOf(language, maxBytes) });
}

/** Shows which uploads continue when their files are chosen again. */
function drawInterrupted(): void {
  const notice = find("interrupted", HTMLParagraphElement);
  const names = interrupted.filter((name) => readInterrupted().includes(name));
  notice.hidden = names.length === 0;
  notice.textContent = textOf(language, "interrupted", { name: names.join(", ") });
}

function sendAll(files: FileList | null | undefined): void {
  const chosen = [...(files ?? [])];
  void loaded.then(() => chosen.forEach((file) => send(file)));
}

filesInput.addEventListener("change", () => {
  sendAll(filesInput.files);
  filesInput.value = "";
});
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  sendAll(event.dataTransfer?.files);
});
policySelect.addEventListener("change", () => {
  localStorage.setItem("policy", policySelect.value);
  draw();
});
userInput.addEventListener("change", () => {
  localStorage.setItem("user", userInput.value);
  draw();
});
languageButton.addEventListener("click", () => {
  language = language === "ko" ? "en" : "ko";
  localStorage.setItem("language", language);
  draw();
});

draw();
void loaded.then(draw);
