/** Prints a month as tables of a terminal. */
import { styleText } from "node:util";
import type { Config } from "../../src/config/config.ts";
import { numberTable } from "./number-table.ts";
import type { Bill } from "./bill.ts";
import { ISOLATES, type Forecast } from "./forecast.ts";
import { cents, dollars, group, shortBytes } from "./format.ts";
import { READ_ON } from "./published.ts";

type Row = readonly string[];

export const bold = (text: string): string => styleText("bold", text);

/** Each month is one policy, and one row. */
export function printComparison(months: readonly Forecast[]): string {
  const rows = months.flatMap(({ policies, cloudflare, stores, plan, dollars: all }) =>
    policies.map(({ policy, with: features, fullPrice, store }) => [
      policy,
      features.join(", "),
      cents(fullPrice),
      cents(cloudflare.dollars + plan),
      stores[0] ? `${store.title} ${cents(stores[0].dollars)}` : `${store.title} not known`,
      cents(all),
    ]),
  );
  const headings = ["POLICY", "HAS", "FULL PRICE", "CLOUDFLARE", "STORE", "IN ALL"];
  return numberTable(headings, rows, [2, 3, 4, 5]);
}

/** The bill, line after line. */
export function printBill({ plan, cloudflare, stores, dollars: all }: Forecast): string {
  const headings = ["A MONTH", "AMOUNT", "INCLUDED", "A MILLION", "TO PAY"];
  const rows = [
    ...linesOf(cloudflare),
    only("the plan Workers Paid", plan),
    ...stores.flatMap(linesOf),
    only("in all", all),
  ];
  return numberTable(headings, rows, [1, 2, 3, 4]);
}

const only = (label: string, amount: number): Row => [label, "", "", "", cents(amount)];

function linesOf({ lines }: Bill): readonly Row[] {
  return lines.map(({ label, amount, included, perMillion, dollars: toPay }) => [
    label.replace(/, .*among them$/, ""),
    group(amount),
    included > 0 ? group(included) : "",
    dollars(perMillion),
    cents(toPay),
  ]);
}

/** What the numbers leave out, and what they take for granted. */
export function printNotes(
  { stores, policies }: Forecast,
  { revocations }: Pick<Config, "revocations">,
): string {
  const unknown = policies.flatMap(({ store }) =>
    store.fullPrice === undefined && store.title !== "" ? [store.title] : [],
  );
  const lines = [
    ...stores
      .filter(({ bytes }) => bytes > 0)
      .map(
        ({ title, bytes, storageDollars }) =>
          `Beside it ${title} stores ${shortBytes(bytes)} of new files, for ${cents(storageDollars)} each month.`,
      ),
    ...new Set(unknown.map((title) => `What ${title} bills for its requests is not known here.`)),
    ...(revocations
      ? [`Revocations: ${ISOLATES} isolates are taken to be busy all the time.`]
      : []),
    "Each upload is completed once, and created with an Idempotency-Key if there is a quota.",
    `Prices of ${READ_ON}. All Workers of an account share what is included.`,
  ];
  return `${lines.join("\n")}\n`;
}
