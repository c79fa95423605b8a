/** The policies of the user: read from the service, chosen by tab, with their rules and quotas. */
import type { PolicyInfo, PolicyList, Ticket, Uploader } from "../../client/web/src/index.ts";
import { acceptTypes } from "./choose-files.ts";
import { find } from "./element.ts";
import { sortPolicies, type Quota } from "./policies.ts";
import { drawRules } from "./policy-rules.ts";
import { drawTabs } from "./policy-tabs.ts";
import { say, settings } from "./settings.ts";

export interface PolicySection {
  /** Reads the policies again. What is left of a quota changes with the time. */
  readonly load: () => Promise<void>;
  readonly draw: () => void;
  readonly list: () => PolicyList | undefined;
  readonly get: (name: string | undefined) => PolicyInfo | undefined;
  /** `undefined` until they are read. */
  readonly chosen: () => PolicyInfo | undefined;
  /** Shows what a new ticket says of the quota. */
  readonly note: (ticket: Ticket) => void;
}

/** Creates the section. `onChoose` is called when the person chooses another policy. */
export function createPolicySection(uploader: Uploader, onChoose: () => void): PolicySection {
  let list: PolicyList | undefined;
  let policies: ReadonlyMap<string, PolicyInfo> = new Map();
  /** By policy, of the last ticket. */
  const quotas = new Map<string, Quota>();

  const chosen = () => policies.get(settings.policy ?? "") ?? policies.values().next().value;
  const choose = (name: string): void => {
    settings.policy = name;
    draw();
    onChoose();
  };
  const draw = (): void => {
    const policy = chosen();
    if (!policy) return;
    drawTabs({ names: [...policies.keys()], chosen: policy.name, choose });
    drawRules(policy, quotas.get(policy.name));
    acceptTypes(policy.types ?? []);
    find("cover-text", HTMLElement).textContent = say("dropHere", { policy: policy.name });
  };

  return {
    draw,
    chosen,
    list: () => list,
    get: (name = "") => policies.get(name),
    async load() {
      list = await uploader.policies();
      policies = sortPolicies(list);
      quotas.clear();
    },
    note({ policy: name, quota }) {
      if (!quota || quotas.get(name) === quota) return;
      quotas.set(name, quota);
      const policy = chosen();
      if (policy?.name === name) drawRules(policy, quota);
    },
  };
}
