/** What will it cost next month, by the traffic of the log. */
import { html } from "hono/html";
import type { Config } from "../../src/config/config.ts";
import { forecast, type Forecast } from "../costs/forecast.ts";
import { cents } from "../costs/format.ts";
import type { Seen } from "../costs/traffic.ts";
import { WEEK_SECONDS, shareOf, toMonth, type Watched } from "../costs/watched.ts";
import { shareBar } from "./charts.ts";
import { factList, tableOf, type Html, type PageContext } from "./layout.ts";
import { formatCount, formatSeconds, formatShare } from "./numbers.ts";

export interface CostsSource {
  /** `undefined` where no log is read. */
  readonly seen: Seen | undefined;
  /** The configuration, or why it could not be read. */
  readonly config: Config | { readonly unread: string };
}

export function costsPage(context: PageContext, { seen, config }: CostsSource): Html {
  const { texts } = context;
  const without = (text: string) =>
    html`<section>
      <h1>${texts.costs}</h1>
      <p class="dim">${text}</p>
    </section>`;
  if (!seen) return without(texts.noCosts);
  if ("unread" in config) return without(`${texts.noConfig} ${config.unread}`);
  const share = shareOf(config.logging);
  if (seen.policies.size === 0 || share === undefined) return without(texts.noRequests);
  if (seen.watchedMs === undefined) return without(texts.noTime);
  const watched = toMonth(seen, { seconds: seen.watchedMs / 1000, share });
  const month = forecast(config, watched.loads);
  return html`${summary(context, watched, month)}
    <section>
      <h2>${texts.perPolicy}</h2>
      ${policies(context, month)}
    </section>
    <section>
      <h2>${texts.bill}</h2>
      ${bill(context, month)}
    </section>`;
}

function summary(
  { texts, language }: PageContext,
  { seconds, requests, uploads, offByChance }: Watched,
  { dollars, stores }: Forecast,
): Html {
  return html`<section>
    <h1>${texts.nextMonth}</h1>
    <p class="sum">${cents(dollars)}</p>
    ${factList([
      [texts.watched, formatSeconds(language, seconds)],
      [texts.requests, formatCount(language, requests)],
      [texts.uploadsSeen, formatCount(language, uploads)],
      [texts.offByChance, formatShare(language, offByChance)],
      ...stores.map(
        ({ title, storageDollars }) =>
          [`${texts.newFiles} (${title})`, cents(storageDollars)] as const,
      ),
    ])}
    ${seconds < WEEK_SECONDS ? html`<p class="dim">${texts.lessThanWeek}</p>` : ""}
  </section>`;
}

function policies({ texts, language }: PageContext, month: Forecast): Html {
  const whole = month.policies.reduce((sum, one) => sum + priceOf(one), 0);
  return tableOf(
    [texts.policy, texts.requests, texts.uploads, texts.share, texts.fullPrice],
    month.policies
      .toSorted((one, other) => priceOf(other) - priceOf(one))
      .map((one) => [
        one.policy === "" ? texts.none : one.policy === "*" ? texts.several : one.policy,
        formatCount(language, one.usage.workerRequests),
        formatCount(language, one.uploads),
        shareBar(whole === 0 ? 0 : priceOf(one) / whole, `${one.policy}: ${cents(priceOf(one))}`),
        cents(priceOf(one)),
      ]),
    { empty: texts.noRequests, numbers: [1, 2, 4] },
  );
}

const priceOf = ({ fullPrice, store }: Forecast["policies"][number]) =>
  fullPrice + (store.fullPrice ?? 0);

function bill({ texts, language }: PageContext, { plan, cloudflare, stores, dollars }: Forecast) {
  const lines = [
    ...cloudflare.lines.map((line) => ({ ...line, title: "" })),
    ...stores.flatMap(({ title, lines: ofStore }) => ofStore.map((line) => ({ ...line, title }))),
  ];
  return tableOf(
    ["", texts.amount, texts.included, texts.toPay],
    [
      ...lines.map(({ name, title, amount, included, dollars: toPay }) => [
        `${title} ${texts[name]}`.trim(),
        formatCount(language, amount),
        included > 0 ? formatCount(language, included) : "",
        cents(toPay),
      ]),
      [texts.plan, "", "", cents(plan)],
      [html`<strong>${texts.inAll}</strong>`, "", "", html`<strong>${cents(dollars)}</strong>`],
    ],
    { empty: "", numbers: [1, 2, 3] },
  );
}
