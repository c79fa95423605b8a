/** Runs a call of another Worker, and writes down what became of it, where somebody watches. */
import { observeService } from "../observe/observe-service.ts";
import { toProblem } from "../problem.ts";
import type { Service } from "../service.ts";

export interface NamedCall {
  readonly requestId: string;
  /** The name of the method. */
  readonly route: string;
}

/** Returns what `run` returns, and throws what it throws. */
export function watchCall<T>(
  service: Service,
  call: NamedCall,
  run: (service: Service) => Promise<T>,
): Promise<T> {
  const { observer } = service;
  const observation = observer?.begin();
  if (!observer || !observation) return run(service);
  const end = (status: number) => observer.end(observation, { ...call, method: "RPC", status });
  return run(observeService(service, observation)).then(
    (result) => {
      end(200);
      return result;
    },
    (error: unknown) => {
      const problem = toProblem(error);
      observation.endsWith(problem);
      end(problem.status);
      throw error;
    },
  );
}
