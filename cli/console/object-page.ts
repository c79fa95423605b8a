/** The whole way of a file: ticket, store, outcome, webhook. */
import { html } from "hono/html";
import type * as z from "zod/mini";
import { describeBytes } from "../../src/describe-bytes.ts";
import type { foundSchema, uploadSchema, uploadsSchema } from "../admin/answers.ts";
import type { Html, PageContext } from "./layout.ts";
import { mark, type Mark } from "./mark.ts";
import { statusText } from "./texts.ts";

type Found = z.output<typeof foundSchema>;
type Upload = z.output<typeof uploadSchema>;
type Waiting = z.output<typeof uploadsSchema>["outbox"][number];

export interface ObjectQuery {
  readonly key: string;
  readonly id: string;
}

export function objectForm({ texts, base }: PageContext, { key, id }: ObjectQuery): Html {
  return html`<section>
    <h1>${texts.object}</h1>
    <form class="find" action="${base}object">
      <label
        >${texts.key}<input
          name="key"
          value="${key}"
          autofocus
          autocomplete="off"
          spellcheck="false"
      /></label>
      <label
        >${texts.id}<input name="id" value="${id}" autocomplete="off" spellcheck="false"
      /></label>
      <button>${texts.find}</button>
    </form>
  </section>`;
}

/** `outbox`: the webhooks of the candidates that wait. */
export function objectPage(
  context: PageContext,
  query: ObjectQuery,
  { found, outbox }: { readonly found: Found; readonly outbox: readonly Waiting[] },
): Html {
  const { texts } = context;
  const { candidates, unattributed } = found;
  return html`${objectForm(context, query)}
  ${candidates.map(({ user, issuer, policy, uploads }) => {
    const path = `${context.base}user?${new URLSearchParams({ user, issuer }).toString()}`;
    const whose = html`<p>
      ${texts.user} <a href="${path}">${user}</a> <span class="dim">(${issuer})</span> ·
      ${texts.policy} <code>${policy}</code>
    </p>`;
    return html`<section>
      <h2>${texts.way}</h2>
      <p class="mono">${found.key}</p>
      ${whose}
      ${
        uploads.length === 0
          ? way(context, [storeStep(context, found)], html`<p class="dim">${texts.noRecord}</p>`)
          : uploads.map((upload) => way(context, stepsOf(context, { found, upload, outbox }), ""))
      }
    </section>`;
  })}
  ${
    candidates.length === 0
      ? html`<section>
          <h2>${texts.way}</h2>
          <p class="mono">${found.key}</p>
          <p>${texts.nobody}</p>
          ${way(context, [storeStep(context, found)], "")}
        </section>`
      : ""
  }
  ${
    unattributed.length > 0
      ? html`<section><p class="dim">${texts.unattributed} ${unattributed.join(", ")}</p></section>`
      : ""
  }`;
}

interface Step {
  readonly kind: Mark;
  readonly title: string;
  readonly content: string | Html;
}

function way(_: PageContext, steps: readonly Step[], after: string | Html): Html {
  return html`<ol class="way">
      ${steps.map(
        ({ kind, title, content }) =>
          html`<li>
            ${mark(kind)}
            <div>
              <strong>${title}</strong>
              <p>${content}</p>
            </div>
          </li>`,
      )}
    </ol>
    ${after}`;
}

interface Recorded {
  readonly found: Found;
  readonly upload: Upload;
  readonly outbox: readonly Waiting[];
}

function stepsOf(context: PageContext, { found, upload, outbox }: Recorded): readonly Step[] {
  const { texts } = context;
  const { name, status, createdAt, finishedAt, reasons = [], size } = upload;
  const waiting = outbox.find(({ message }) => message.startsWith(`${name}.`));
  const granted = size === undefined ? createdAt : `${createdAt} · ${describeBytes(size)}`;
  return [
    { kind: "good", title: texts.granted, content: granted },
    storeStep(context, found),
    {
      kind: status === "completed" ? "good" : status === "pending" ? "wait" : "bad",
      title: texts.settled,
      content:
        status === "pending"
          ? texts.waiting
          : [statusText(texts, status), finishedAt ?? "", ...reasons].filter(Boolean).join(" · "),
    },
    waiting
      ? {
          kind: "bad",
          title: texts.delivered,
          content: `${texts.tries} ${waiting.attempts} · ${texts.nextTry} ${waiting.nextAt}`,
        }
      : { kind: "none", title: texts.delivered, content: texts.noMessage },
  ];
}

function storeStep({ texts }: PageContext, { objects }: Found): Step {
  const present = objects.filter(({ size }) => size !== undefined);
  const content = objects.map(({ store, bucket, size, contentType = "", etag = "", abortMark }) =>
    size === undefined
      ? html`<span>${store} (${bucket}): ${texts.nothingInStore}</span><br />`
      : html`<span
            >${store} (${bucket}):
            ${
              abortMark
                ? texts.abortMark
                : html`${describeBytes(size)}, ${contentType}, ETag <code>${etag}</code>`
            }</span
          ><br />`,
  );
  return {
    kind: present.length > 0 ? "good" : "none",
    title: texts.inStore,
    content: html`${content}`,
  };
}
