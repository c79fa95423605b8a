/** The Worker of the simulation in a workerd of its own: every run starts without ledgers. */
import { join } from "node:path";
import { bundleFile, type Bundle } from "../bundle.ts";
import { cpuMsSince } from "../cpu-time.ts";
import { serve } from "../serve.ts";
import { ROOT, type Workspace } from "../workspace.ts";

export interface Simulator {
  /** Asks for a step of `worker/index.ts`, which says what it answers. */
  readonly ask: <T>(step: string, body?: object) => Promise<T>;
  /** The CPU time of workerd so far. Only Linux says it. */
  readonly readCpuMs: () => number;
  readonly stop: () => Promise<void>;
}

export async function bundleSimulator(workspace: Workspace): Promise<Bundle> {
  return bundleFile(workspace, "index", join(ROOT, "bench", "scale", "worker", "index.ts"));
}

export async function openSimulator(workspace: Workspace, bundle: Bundle): Promise<Simulator> {
  const { port, pid, stop } = await serve(workspace, bundle, { hasLedger: true });
  return {
    stop,
    readCpuMs: () => cpuMsSince(pid),
    async ask<T>(step: string, body: object = {}) {
      const response = await fetch(`http://127.0.0.1:${port}/${step}`, {
        method: "POST",
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`Cannot ${step}: ${await response.text()}`);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a Worker of this folder
      return (await response.json()) as T;
    },
  };
}
