/** Decides in steps: each says what it has found, and a refusal names the one that it comes from. */
import { Problem, problemBody } from "../../src/problem.ts";
import type { SimulationContext } from "./admission.ts";

type StepName =
  | "token"
  | "request"
  | "policy"
  | "grant"
  | "key"
  | "limits"
  | "ticket"
  /** What completion does, under a policy with quarantine. */
  | "complete";

interface Step {
  readonly step: StepName;
  readonly result: string;
}

export type Allowed<Result> = Result & {
  readonly isAllowed: true;
  readonly status: 201;
  readonly steps: readonly Step[];
};

export interface Refusal {
  readonly isAllowed: false;
  readonly status: number;
  readonly steps: readonly Step[];
  readonly refusedAt: StepName;
  /** The body of the Worker's answer. */
  readonly problem: Readonly<Record<string, unknown>>;
  /** What only the Worker's log says. */
  readonly reason: string | undefined;
}

/** Ends a step with what it has found, and begins the next one. */
type Done = (result: string, next: StepName) => void;

/** Returns the decision of the steps, the first of which is `token`. */
export async function decideInSteps<Result extends object>(
  { newId }: Pick<SimulationContext, "newId">,
  decide: (done: Done) => Promise<Result>,
): Promise<Allowed<Result> | Refusal> {
  const steps: Step[] = [];
  let at: StepName = "token";
  const done: Done = (result, next) => {
    steps.push({ step: at, result });
    at = next;
  };
  try {
    const result = await decide(done);
    return { isAllowed: true, status: 201, steps, ...result };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, cause } = error;
    const problem = problemBody(error, newId());
    const reason = cause instanceof Error ? cause.message : undefined;
    return { isAllowed: false, status, steps, refusedAt: at, problem, reason };
  }
}
