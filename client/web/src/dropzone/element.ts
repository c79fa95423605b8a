import type { UploadOptions } from "../options.ts";
import { createQueue } from "../queue/create-queue.ts";
import type { PolicyList } from "../policies.ts";
import type { Queue, QueueItem } from "../queue/queue.ts";
import type { Uploader } from "../uploader.ts";
import { announceChange } from "./announce.ts";
import { createBox } from "./box.ts";
import { create } from "./create.ts";
import type { DropzoneEventMap } from "./events.ts";
import { FormControl } from "./form-control.ts";
import { toFormData, validate } from "./form-value.ts";
import { languageOf } from "./language.ts";
import { acceptOf, describeRule, findPolicy, forgetQuotas } from "./policy-rule.ts";
import { receiveFiles } from "./receive-files.ts";
import { reflectAttributes, setAgain } from "./reflect-attributes.ts";
import { askPolicies, openUploader, type GetToken } from "./source.ts";
import { readStyles } from "./styles.ts";
import { fillIn, type Texts } from "./texts.ts";
import { createUploadsView, type UploadsView } from "./uploads-view.ts";
import { createWords, type Words } from "./words.ts";

/**
 * `<edge-presigner-dropzone>`: uploads files that are dropped, pasted or chosen. It needs the attribute
 * `endpoint`, or else the property `uploader` or `queue`; and the property `getToken`, unless the page
 * has a session at the service. In a form, its value is the receipt of each file, under its `name`.
 */
export class DropzoneElement extends FormControl {
  static readonly observedAttributes: readonly string[] = [
    "accept",
    "capture",
    "disabled",
    "endpoint",
    "lang",
    "multiple",
    "name",
    "policy",
    "required",
  ];

  /** The URL of the service. */
  declare endpoint: string;
  /** The name of the policy. Default: the service's default policy. */
  declare policy: string;
  /** Whether there can be several files. Otherwise a new file replaces the one before. */
  declare multiple: boolean;
  /** As of `<input type="file">`. Default: what the policy allows. */
  declare accept: string;
  /** Whether files are taken from the whole page: dropped anywhere, or pasted outside of text fields. */
  declare windowDrop: boolean;
  /** Further options of each upload. */
  options: Omit<UploadOptions, "policy"> = {};

  readonly #box = createBox((files) => this.#take(files));
  readonly #announcement = create("div", "");
  #uploads: UploadsView | undefined;
  #queue: Queue | undefined;
  #uploader: Uploader | undefined;
  #getToken: GetToken | undefined;
  #texts: Partial<Texts> = {};
  #words: Words | undefined;
  #policies: PolicyList | undefined;
  /** Aborted when the element leaves the page. */
  #connection = new AbortController();
  #unfollow: (() => void) | undefined;
  #isPausedByLeaving = false;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open", delegatesFocus: true });
    shadow.adoptedStyleSheets = [readStyles()];
    this.#announcement.role = "status";
    shadow.append(this.#box.element, this.#announcement);
    this.internals.role = "group";
  }

  /** Returns a valid token of the user. */
  get getToken(): GetToken | undefined {
    return this.#getToken;
  }
  set getToken(getToken: GetToken | undefined) {
    const isFirst = this.#getToken === undefined;
    this.#getToken = getToken;
    if (isFirst) this.#askPolicies();
  }

  /** The client that uploads, instead of one with `endpoint` and `getToken`. */
  get uploader(): Uploader | undefined {
    return this.#uploader;
  }
  set uploader(uploader: Uploader | undefined) {
    if (uploader === this.#uploader) return;
    this.#uploader = uploader;
    this.#askPolicies();
  }

  /** The queue whose files are shown. Default: one of its own. */
  get queue(): Queue | undefined {
    return this.#uploads?.queue;
  }
  set queue(queue: Queue | undefined) {
    if (queue === this.#queue) return;
    this.#queue = queue;
    this.#show(queue);
  }

  /** Replaces texts, for a language other than English and Korean, say. */
  get texts(): Partial<Texts> {
    return this.#texts;
  }
  set texts(texts: Partial<Texts>) {
    this.#texts = texts;
    this.#changeLanguage();
  }

  /** The files that are shown. */
  get items(): readonly QueueItem[] {
    return this.#uploads?.items() ?? [];
  }

  connectedCallback(): void {
    setAgain(this);
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    receiveFiles(this, {
      signal,
      isDisabled: () => this.isDisabled(),
      isWindowWide: () => this.windowDrop,
      take: (files) => this.#take(files),
      show: (drag) => this.#box.showDrag(drag),
    });
    const languages = new MutationObserver(() => this.#changeLanguage());
    languages.observe(document.documentElement, { attributeFilter: ["lang"] });
    signal.addEventListener("abort", () => languages.disconnect());
    this.#show(this.queue);
    this.#changeLanguage();
    this.#askPolicies();
    if (this.#isPausedByLeaving) this.queue?.resume();
    this.#isPausedByLeaving = false;
  }

  disconnectedCallback(): void {
    this.#connection.abort();
    this.#unfollow?.();
    queueMicrotask(() => {
      // An element that was only moved is in the page again by now.
      if (this.isConnected || this.#queue || !this.queue) return;
      this.#isPausedByLeaving = true;
      this.queue.pause();
    });
  }

  attributeChangedCallback(name: string): void {
    if (name === "lang") this.#words = undefined;
    if (name === "endpoint") this.#askPolicies();
    this.update();
  }

  formResetCallback(): void {
    this.#uploads?.removeAll();
  }

  #take(files: readonly File[]): void {
    const chosen = this.multiple ? files : files.slice(0, 1);
    if (!this.#uploads)
      this.#show(createQueue(openUploader(this), { policies: () => this.#policies }));
    if (!this.multiple) this.#uploads?.removeAll();
    this.#announcement.textContent = fillIn(this.#inWords().texts.added, { files: chosen.length });
    const { policy, options } = this;
    this.#uploads?.queue.add(chosen, { ...options, ...(policy && { policy }) });
  }

  /** Shows the files of a queue, and follows it while the element is in a page. */
  #show(queue: Queue | undefined): void {
    this.#unfollow?.();
    if (this.queue !== queue) {
      this.#uploads?.element.remove();
      this.#uploads = queue && createUploadsView(queue, this.#reactions);
      if (this.#uploads) this.#box.element.after(this.#uploads.element);
    }
    if (this.isConnected) this.#unfollow = this.#uploads?.follow();
    this.update();
  }

  readonly #reactions = {
    onProgress: () => this.#uploads?.update(this.#inWords(), this.isDisabled()),
    onChange: (changed: readonly QueueItem[]) => {
      this.update();
      const { items } = this;
      const announcement = announceChange(this.#inWords(), items, changed);
      if (announcement) this.#announcement.textContent = announcement;
      this.#dispatch("change", items);
      for (const item of changed)
        if (item.state === "completed" || item.state === "failed")
          this.#dispatch(`upload-${item.state}`, item);
    },
    focusElsewhere: () => this.#box.button.focus(),
  };

  #dispatch(type: keyof DropzoneEventMap, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  #inWords(): Words {
    this.#words ??= createWords(languageOf(this), this.#texts);
    return this.#words;
  }

  #changeLanguage(): void {
    this.#words = undefined;
    this.update();
  }

  #askPolicies(): void {
    // An app sets several properties one after the other.
    queueMicrotask(() => void this.#askNow());
  }

  async #askNow(): Promise<void> {
    if (!this.isConnected) return;
    const policies = await askPolicies(this, this.#connection.signal);
    this.#policies = policies && forgetQuotas(policies);
    this.update();
  }

  /** Shows everything again, and tells the form. */
  protected update(): void {
    const words = this.#inWords();
    const { items } = this;
    const isDisabled = this.isDisabled();
    const policy = this.#policies && findPolicy(this.#policies, this.policy);
    const accept = this.accept || (policy ? acceptOf(policy) : "");
    const types = this.accept ? this.accept.split(",") : (policy?.types ?? []);
    this.#box.update({
      words,
      accept,
      rule: describeRule(words, types, policy?.maxBytes),
      isMultiple: this.multiple,
      isDisabled,
      capture: this.getAttribute("capture"),
    });
    this.#uploads?.update(words, isDisabled);
    this.internals.ariaLabel = words.texts.label;
    this.internals.setFormValue(toFormData(this.name, items));
    const problem = validate(items, this.required, words.texts);
    this.internals.setValidity(problem?.flags ?? {}, problem?.message, this.#box.button);
  }
}

reflectAttributes(DropzoneElement.prototype, {
  accept: "text",
  capture: "text",
  endpoint: "text",
  multiple: "boolean",
  policy: "text",
  "window-drop": "boolean",
});
