/** Is it up: the Worker, and what it depends on. */
import { html } from "hono/html";
import type * as z from "zod/mini";
import type { readySchema } from "../admin/answers.ts";
import type { Health } from "./ask-health.ts";
import { mark } from "./mark.ts";
import { factList, note, type Html, type PageContext } from "./layout.ts";

type Check = z.output<typeof readySchema>["checks"][number];

export function healthSection({ texts }: PageContext, { worker, ready }: Health): Html {
  if ("refusal" in worker)
    return html`<section>
      <h1>${texts.health}</h1>
      ${note(`${texts.noAnswer}: ${worker.refusal}`, "bad")}
    </section>`;
  const { version, deployment = "", configuration = "" } = worker.answer;
  return html`<section>
    <h1>${texts.health}</h1>
    ${"refusal" in ready ? note(`${texts.notAsked}: ${ready.refusal}`, "bad") : checkList(texts, ready.answer.checks)}
    ${factList([
      [texts.version, version],
      [texts.deployment, deployment],
      [texts.configuration, configuration],
    ])}
  </section>`;
}

function checkList(texts: PageContext["texts"], checks: readonly Check[]): Html {
  const areGood = checks.every(isGood);
  return html`<p class="state ${areGood ? "good" : "bad"}">
      ${areGood ? texts.allWorks : texts.doesNotWork}
    </p>
    <ul class="checks">
      ${checks.map(
        (check) =>
          html`<li>
            ${mark(isGood(check) ? "good" : "bad")}
            <div>
              <strong>${nameOf(texts, check)}</strong>
              ${isGood(check) ? texts.works : html`${texts.fails}: <code>${check.code ?? ""}</code>`}
              ${check.reason === undefined ? "" : html`<p class="dim">${check.reason}</p>`}
            </div>
            <span class="dim"
              >${check.durationMs === undefined ? "" : `${check.durationMs} ms`}</span
            >
          </li>`,
      )}
    </ul>`;
}

const isGood = ({ status }: Check) => status === "ok";

function nameOf(texts: PageContext["texts"], { name }: Check): string {
  if (name === "keys" || name === "ledger") return texts[name];
  return name.replace(/^store /, `${texts.store} `);
}
