/** A user's uploads, quotas, and the webhooks that wait. */
import { html } from "hono/html";
import type * as z from "zod/mini";
import { describeBytes } from "../../src/describe-bytes.ts";
import type { quotaSchema, uploadsSchema } from "../admin/answers.ts";
import { quotaBar } from "./charts.ts";
import { tableOf, type Html, type PageContext } from "./layout.ts";
import { statusText } from "./texts.ts";

type Uploads = z.output<typeof uploadsSchema>;
type Quota = z.output<typeof quotaSchema>;

/** What the form asked for. */
export interface UserQuery {
  readonly user: string;
  readonly issuer: string;
  /** `name=value`, or empty. */
  readonly claim: string;
}

export function userForm({ texts, base }: PageContext, { user, issuer, claim }: UserQuery): Html {
  return html`<section>
    <h1>${texts.user}</h1>
    <form class="find" action="${base}user">
      <label
        >${texts.userId}<input
          name="user"
          value="${user}"
          required
          autofocus
          autocomplete="off"
          spellcheck="false"
      /></label>
      <label
        >${texts.issuer}<input
          name="issuer"
          value="${issuer}"
          autocomplete="off"
          spellcheck="false"
      /></label>
      <label
        >${texts.claim}<input name="claim" value="${claim}" autocomplete="off" spellcheck="false"
      /></label>
      <button>${texts.find}</button>
    </form>
  </section>`;
}

export function userPage(
  context: PageContext,
  query: UserQuery,
  { uploads, quota }: { readonly uploads: Uploads; readonly quota: Quota },
): Html {
  const { texts } = context;
  return html`${userForm(context, query)}
    <section>
      <h2>${texts.quota}</h2>
      ${quotas(context, quota)}
    </section>
    <section>
      <h2>${texts.outbox}</h2>
      ${outbox(context, query, uploads)}
    </section>
    <section>
      <h2>${texts.uploads}</h2>
      ${listOf(context, query, uploads)}
    </section>`;
}

const BYTES = new Set(["bytes", "stored", "reserved"]);
const amountOf = (name: string, amount: number) =>
  BYTES.has(name) ? describeBytes(Math.max(0, amount)) : String(amount);

function quotas({ texts }: PageContext, { policies, unreached }: Quota): Html {
  return html`${policies.length === 0 ? html`<p class="dim">${texts.noQuota}</p>` : ""}
    <div class="quotas">
      ${policies.map(
        ({ policy, used, remaining }) =>
          html`<div>
            <strong>${policy}</strong>
            ${Object.entries(remaining).map(([name, { limit, remaining: left }]) => {
              const amount = limit - left;
              const label = `${name}: ${amountOf(name, amount)} ${texts.of} ${amountOf(name, limit)}`;
              return html`<p class="dim">${label}</p>
                ${quotaBar(amount, limit, label)}`;
            })}
            <p class="dim">
              ${Object.entries(used)
                .filter(([name]) => name === "pending" || name === "reserved")
                .map(([name, amount]) => `${name} ${amountOf(name, amount)}`)
                .join(" · ")}
            </p>
          </div>`,
      )}
    </div>
    ${unreached.map(({ policy, claim }) => html`<p class="dim">${texts.unreached} <code>${policy}</code> (<code>${claim}=…</code>)</p>`)}`;
}

function outbox(
  { texts, base, here }: PageContext,
  { user, issuer, claim }: UserQuery,
  { outbox: messages }: Uploads,
): Html {
  return tableOf(
    [texts.webhook, texts.tries, texts.nextTry, texts.sendAgain],
    messages.map(({ message, attempts, nextAt }) => [
      html`<code>${message}</code>`,
      String(attempts),
      nextAt,
      html`<form method="post" action="${base}send-again">
        <input type="hidden" name="user" value="${user}" />
        <input type="hidden" name="issuer" value="${issuer}" />
        <input type="hidden" name="claim" value="${claim}" />
        <input type="hidden" name="message" value="${message}" />
        <input type="hidden" name="back" value="${here}" />
        <button aria-label="${texts.sendAgain}: ${message}">${texts.sendAgain}</button>
      </form>`,
    ]),
    { empty: texts.noOutbox },
  );
}

function listOf(
  context: PageContext,
  { user, issuer, claim }: UserQuery,
  { uploads, cursor }: Uploads,
): Html {
  const { texts, base } = context;
  const older =
    cursor === undefined
      ? ""
      : html`<p>
          <a href="${base}user?${new URLSearchParams({ user, issuer, claim, cursor }).toString()}"
            >${texts.more}</a
          >
        </p>`;
  return html`${tableOf(
    [texts.created, texts.status, texts.policy, texts.size, texts.key],
    uploads.map(({ createdAt, status, policy, size, key, id, reasons = [] }) => [
      createdAt,
      html`<span class="status status-${status}">${statusText(texts, status)}</span>${
          reasons.length > 0 ? html`<br /><span class="dim">${reasons.join("; ")}</span>` : ""
        }`,
      policy,
      size === undefined ? "" : describeBytes(size),
      html`<a class="mono" href="${base}object?${new URLSearchParams({ id }).toString()}"
        >${key}</a
      >`,
    ]),
    { empty: texts.noUploads },
  )}${older}`;
}
