/** The tables of docs/recipes/costs.md: what is included, and what a million uploads cost without it. */
import { billOf, storeBillOf, type BillLine } from "../../cli/costs/bill.ts";
import { about, cents, dollars } from "../../cli/costs/format.ts";
import { PLAN, PRICES, STORE_PRICES } from "../../cli/costs/published.ts";
import { addUsages, priceOf, storePriceOf, type Usage } from "../../cli/costs/usage.ts";
import { table } from "./table.ts";
import type { Usages } from "./tables.ts";

const MILLION = 1e6;

export function includedTable(): string {
  const { write, read, includedWrites, includedReads, gbMonth } = STORE_PRICES.r2;
  const rows = Object.values(PRICES).map(({ label, perMillion, included }) => [
    label,
    about(included),
    dollars(perMillion),
  ]);
  return table(
    ["what", "included in a month", "each further million"],
    [
      ["the plan Workers Paid", "", `${cents(PLAN.dollars)} a month`],
      ...rows,
      ["R2, Class A: a PUT, part or copy", about(includedWrites), dollars(write)],
      ["R2, Class B: a HEAD or GET", about(includedReads), dollars(read)],
      ["R2, a GB that is stored", "10", `$${gbMonth} a month`],
    ],
  );
}

/** One PUT each, beside R2. */
export function uploadTable({ stateless, webhook }: Usages): string {
  const without = linesOf(stateless);
  const rows = linesOf(webhook).map(({ label, amount, perMillion }) => {
    const counterpart = without.find((line) => line.label === label);
    return [
      label,
      about(amount / MILLION),
      counterpart ? cents((counterpart.amount * perMillion) / MILLION) : "",
      cents((amount * perMillion) / MILLION),
    ];
  });
  return table(
    ["each upload, at full price", "amount", "without a quota", "with a quota and a webhook"],
    [...rows, ["**a million uploads**", "", sum(stateless), sum(webhook)]],
  );
}

const sum = (usage: Usage) =>
  `**${cents(MILLION * (priceOf(usage) + storePriceOf(usage, "r2")))}**`;

/** Of a million. */
function linesOf(usage: Usage): readonly BillLine[] {
  const million = addUsages([[usage, MILLION]]);
  return [...billOf(million).lines, ...storeBillOf(million, "r2").lines];
}
