/** Runs the steps of a test one after the other, and keeps what each said and how long it took. */
import { WorkerError } from "../open-uploader.ts";

type StepName =
  | "worker"
  | "policy"
  | "ticket"
  | "put"
  | "complete"
  | "receipt"
  | "download"
  | "delete";

export interface Step {
  readonly name: StepName;
  /** `skipped`: the policy does not allow it. */
  readonly result: "good" | "bad" | "skipped";
  readonly milliseconds: number;
  readonly message: string;
}

export interface Steps {
  readonly done: readonly Step[];
  /** Runs one step and returns its value. Throws `WorkerError` again after it is kept. */
  readonly run: <T>(
    name: StepName,
    work: () => Promise<{ readonly message: string; readonly value: T }>,
  ) => Promise<T>;
  readonly skip: (name: StepName, message: string) => void;
}

/** Creates an empty list of steps. `now` is in milliseconds. */
export function createSteps(now: () => number): Steps {
  const done: Step[] = [];
  return {
    done,
    async run(name, work) {
      const startedAt = now();
      const add = (result: Step["result"], message: string) =>
        done.push({ name, result, milliseconds: Math.round(now() - startedAt), message });
      try {
        const { message, value } = await work();
        add("good", message);
        return value;
      } catch (error) {
        if (error instanceof WorkerError) add("bad", error.message);
        throw error;
      }
    },
    skip(name, message) {
      done.push({ name, result: "skipped", milliseconds: 0, message });
    },
  };
}
