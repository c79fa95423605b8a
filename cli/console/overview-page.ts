/** The first page: is it up, what is stuck, and who is refused why. */
import { html } from "hono/html";
import type * as z from "zod/mini";
import type { stuckSchema } from "../admin/answers.ts";
import type { Health } from "./ask-health.ts";
import { refusalChart } from "./charts.ts";
import { healthSection } from "./health-section.ts";
import { note, tableOf, type Html, type PageContext } from "./layout.ts";
import type { Refusal } from "./refusals.ts";

type Stuck = z.output<typeof stuckSchema>["stuck"][number];

interface Overview {
  readonly health: Health;
  /** `undefined` where no log is read. */
  readonly refusals: readonly Refusal[] | undefined;
  readonly nowMs: number;
}

const MAX_LISTED = 50;
/** Enough to tell callers apart, and to search for one. */
const CALLER_CHARACTERS = 12;

export function overviewPage(context: PageContext, { health, refusals, nowMs }: Overview): Html {
  const { texts } = context;
  return html`${healthSection(context, health)}
    <section>
      <h2>${texts.stuck}</h2>
      ${stuckTable(context, health.stuck)}
    </section>
    <section>
      <h2>${texts.refusals}</h2>
      ${refusals === undefined ? html`<p class="dim">${texts.noLog}</p>` : refused(context, refusals, nowMs)}
    </section>`;
}

function stuckTable(context: PageContext, stuck: Health["stuck"]): Html {
  const { texts } = context;
  if ("refusal" in stuck) return note(`${texts.failed}: ${stuck.refusal}`, "bad");
  return tableOf(
    [texts.since, texts.what, texts.user, texts.policy, texts.tries, texts.many],
    stuck.answer.stuck.map((one) => [
      one.since,
      one.kind === "webhook" ? texts.webhook : texts.upload,
      html`<a href="${userPathOf(context, one)}">${one.user}</a>`,
      one.policy,
      String(one.attempts),
      String(one.count),
    ]),
    { empty: texts.nothingStuck },
  );
}

function userPathOf({ base }: PageContext, { user, issuer }: Stuck): string {
  return `${base}user?${new URLSearchParams({ user, issuer }).toString()}`;
}

function refused({ texts }: PageContext, refusals: readonly Refusal[], nowMs: number): Html {
  if (refusals.length === 0) return html`<p class="dim">${texts.noRefusals}</p>`;
  const byCode = [...Map.groupBy(refusals, ({ code }) => code)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  return html`${refusalChart(refusals, nowMs, texts.refusals)}
    <p>${byCode.map(([code, all]) => html`<code>${code}</code> ${all.length} `)}</p>
    ${tableOf(
      [
        texts.time,
        texts.code,
        texts.reason,
        texts.policy,
        texts.route,
        texts.caller,
        texts.request,
      ],
      refusals
        .slice(0, MAX_LISTED)
        .map(({ atMs, code, reason = "", policy = "", route = "", caller = "", requestId }) => [
          new Date(atMs).toISOString().slice(11, 19),
          html`<code>${code}</code>`,
          reason,
          policy,
          html`<code>${route}</code>`,
          html`<code>${caller.slice(0, CALLER_CHARACTERS)}</code>`,
          html`<code>${requestId}</code>`,
        ]),
      { empty: texts.noRefusals },
    )}`;
}
