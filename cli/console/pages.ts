/** The pages of the console by their paths, with what they ask the Worker. */
import { html } from "hono/html";
import * as z from "zod/mini";
import type { Config } from "../../src/config/config.ts";
import { foundSchema, quotaSchema, uploadsSchema } from "../admin/answers.ts";
import { askAdmin, type AdminOptions } from "../admin/ask-admin.ts";
import { userPath } from "../admin/user-path.ts";
import { WorkerError } from "../open-uploader.ts";
import { askHealth } from "./ask-health.ts";
import { costsPage } from "./costs-page.ts";
import { layout, note, tabOf, type Html, type PageContext, type Tab } from "./layout.ts";
import { objectForm, objectPage } from "./object-page.ts";
import { overviewPage } from "./overview-page.ts";
import type { ConsoleLog } from "./log.ts";
import { TEXTS, languageOf } from "./texts.ts";
import { userForm, userPage, type UserQuery } from "./user-page.ts";

export interface PageRequest {
  readonly method: "GET" | "POST";
  readonly base: string;
  /** Below `base`, without the query. */
  readonly path: string;
  readonly here: string;
  /** Of the query, or of the form. */
  readonly fields: URLSearchParams;
  readonly cookie: string;
  readonly acceptLanguage: string;
}

export interface Console extends AdminOptions {
  /** `undefined` where none is read. */
  readonly log: ConsoleLog | undefined;
  /** The configuration, or why it could not be read. */
  readonly config: Config | { readonly unread: string };
}

type Page =
  | { readonly status: number; readonly content: Html }
  | { readonly location: string; readonly "set-cookie"?: string };

/** Returns the page. What the Worker refuses is shown on it. */
export async function answerPage(request: PageRequest, console: Console): Promise<Page> {
  const { base, here, path, method, fields } = request;
  const language = languageOf(request.cookie, request.acceptLanguage);
  const texts = TEXTS[language];
  const context: PageContext = { texts, language, origin: console.url.origin, base, here };
  if (path === "language") return changeLanguage(request);
  try {
    if (method === "POST" && path === "send-again") return await sendAgain(request, console);
    const sent = fields.get("sent") === "1" ? note(texts.sentAgain, "good") : html``;
    const tab = tabOf(path);
    if (method !== "GET" || tab === undefined) return { location: base };
    const content = await contentOf(tab, { fields, context, console });
    return { status: 200, content: layout(context, tab, html`${sent}${content}`) };
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    const tab = tabOf(path) ?? "overview";
    const form =
      tab === "user"
        ? userForm(context, userQuery(fields))
        : tab === "object"
          ? objectForm(context, objectQuery(fields))
          : html``;
    const content = html`${form}${note(`${texts.failed}: ${error.message}`, "bad")}`;
    return { status: 502, content: layout(context, tab, content) };
  }
}

interface Asking {
  readonly fields: URLSearchParams;
  readonly context: PageContext;
  readonly console: Console;
}

async function contentOf(tab: Tab, { fields, context, console }: Asking): Promise<Html> {
  switch (tab) {
    case "overview":
      return overview(context, console);
    case "user":
      return userOf(context, console, fields);
    case "object":
      return objectOf(context, console, fields);
    case "costs":
      return costsPage(context, { seen: console.log?.traffic.seen(), config: console.config });
  }
}

async function overview(context: PageContext, { log, ...options }: Console): Promise<Html> {
  const health = await askHealth(options);
  return overviewPage(context, { health, refusals: log?.refusals.recent(), nowMs: Date.now() });
}

const userQuery = (fields: URLSearchParams): UserQuery => ({
  user: fields.get("user") ?? "",
  issuer: fields.get("issuer") ?? "",
  claim: fields.get("claim") ?? "",
});

function optionsOf(console: Console, { issuer, claim }: UserQuery) {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(claim) ?? [];
  return {
    url: console.url,
    ...(console.token !== undefined && { token: console.token }),
    ...(issuer !== "" && { issuer }),
    claim: name !== undefined && value !== undefined ? { [name]: value } : {},
  };
}

async function userOf(context: PageContext, console: Console, fields: URLSearchParams) {
  const query = userQuery(fields);
  if (query.user === "") return userForm(context, query);
  const options = optionsOf(console, query);
  const cursor = fields.get("cursor");
  const page = cursor === null ? {} : { cursor };
  const [uploads, quota] = await Promise.all([
    askAdmin(options, {
      method: "GET",
      path: userPath(query.user, options, { rest: "/uploads", query: page }),
      answer: uploadsSchema,
    }),
    askAdmin(options, {
      method: "GET",
      path: userPath(query.user, options, { rest: "/quota" }),
      answer: quotaSchema,
    }),
  ]);
  return userPage(context, query, { uploads, quota });
}

const objectQuery = (fields: URLSearchParams) => ({
  key: fields.get("key") ?? "",
  id: fields.get("id") ?? "",
});

async function objectOf(context: PageContext, console: Console, fields: URLSearchParams) {
  const query = objectQuery(fields);
  const { key, id } = query;
  if (key === "" && id === "") return objectForm(context, query);
  const search = new URLSearchParams(id === "" ? { key } : { id }).toString();
  const path = `/v1/admin/uploads?${search}`;
  const found = await askAdmin(console, { method: "GET", path, answer: foundSchema });
  const outboxes = await Promise.all(
    found.candidates
      .filter(({ uploads }) => uploads.length > 0)
      .map(async ({ user, issuer }) => {
        const options = { ...optionsOf(console, { user, issuer, claim: "" }) };
        const rest = { rest: "/uploads" };
        const asked = { method: "GET", path: userPath(user, options, rest) } as const;
        return (await askAdmin(options, { ...asked, answer: uploadsSchema })).outbox;
      }),
  );
  return objectPage(context, query, { found, outbox: outboxes.flat() });
}

async function sendAgain({ fields, base }: PageRequest, console: Console): Promise<Page> {
  const query = userQuery(fields);
  const options = optionsOf(console, query);
  const rest = `/outbox/${encodeURIComponent(fields.get("message") ?? "")}/retry`;
  const path = userPath(query.user, options, { rest });
  await askAdmin(options, { method: "POST", path, answer: z.undefined() });
  const { user, issuer, claim } = query;
  const back = new URLSearchParams({ user, issuer, claim, sent: "1" }).toString();
  return { location: `${base}user?${back}` };
}

/** `back` is a path of this console, and never another site's. */
function changeLanguage({ fields, base }: PageRequest): Page {
  const language = fields.get("to") === "ko" ? "ko" : "en";
  const back = fields.get("back") ?? "";
  const isOwn = /^(user|object|costs)?(\?[^\r\n]*)?$/.test(back);
  return {
    location: base + (isOwn ? back : ""),
    "set-cookie": `lang=${language}; Path=${base}; SameSite=Strict; HttpOnly`,
  };
}
