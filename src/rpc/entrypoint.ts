/**
 * The class for service bindings: `env.UPLOADS.createUpload({ user, policy, … })`. It never throws: the
 * platform would log each error as "Uncaught".
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { ConfigurationError } from "../config/errors.ts";
import type { Props } from "../grant/binding.ts";
import { describeError } from "../log.ts";
import { Problem, toProblem } from "../problem.ts";
import type { Dependencies, Service } from "../service.ts";
import {
  callComplete,
  callCompleteBatch,
  callCreateCredentials,
  callCreateDownload,
  callCreateUpload,
  callDeleteObject,
  callListPolicies,
  callListUploads,
} from "./calls.ts";
import type {
  BatchCall,
  BatchCompleted,
  CompleteCall,
  CompletedAnswer,
  Created,
  CredentialsAnswer,
  CredentialsCall,
  DownloadAnswer,
  DownloadCall,
  ListAnswer,
  ListCall,
  ObjectCall,
  PoliciesAnswer,
  PoliciesCall,
  ReceiptAnswer,
  ReceiptCall,
  Refusal,
  Result,
  UploadCall,
} from "./types.ts";
import { callVerifyReceipt } from "./verify-receipt.ts";

/** The methods, for the types of the calling Worker. TypeScript cannot declare a class that a function returns (TS4094). */
declare abstract class UploadsEntrypoint<
  PolicyName extends string = string,
> extends WorkerEntrypoint<Cloudflare.Env, Props> {
  createUpload(call: UploadCall<PolicyName>): Promise<Result<Created>>;
  complete(call: CompleteCall): Promise<Result<CompletedAnswer>>;
  completeBatch(call: BatchCall): Promise<Result<BatchCompleted>>;
  createDownload(call: DownloadCall<PolicyName>): Promise<Result<DownloadAnswer>>;
  deleteObject(call: ObjectCall<PolicyName>): Promise<Result<object>>;
  listUploads(call: ListCall): Promise<Result<ListAnswer>>;
  listPolicies(call: PoliciesCall): Promise<Result<PoliciesAnswer<PolicyName>>>;
  createCredentials(call: CredentialsCall<PolicyName>): Promise<Result<CredentialsAnswer>>;
  verifyReceipt(call: ReceiptCall): Promise<Result<ReceiptAnswer>>;
}

export type UploadsClass<PolicyName extends string = string> = new (
  ctx: ExecutionContext<Props>,
  env: Cloudflare.Env,
) => UploadsEntrypoint<PolicyName>;

type Run = (service: Service, props: unknown, argument: unknown) => Promise<object>;

/** Returns the class that the Worker exports. `getService` throws for an invalid configuration. */
export function createUploadsClass<PolicyName extends string>(
  getService: () => Service,
  dependencies: Pick<Dependencies, "log" | "newId">,
): UploadsClass<PolicyName> {
  const answer = async (run: Run, props: unknown, argument: unknown): Promise<object> => {
    try {
      return { ok: true, ...(await run(getService(), props, argument)) };
    } catch (error) {
      return refuse(error, dependencies);
    }
  };
  class Uploads extends WorkerEntrypoint<Cloudflare.Env, Props> {
    async createUpload(call: unknown): Promise<object> {
      return answer(callCreateUpload, this.ctx.props, call);
    }
    async complete(call: unknown): Promise<object> {
      return answer(callComplete, this.ctx.props, call);
    }
    async completeBatch(call: unknown): Promise<object> {
      return answer(callCompleteBatch, this.ctx.props, call);
    }
    async createDownload(call: unknown): Promise<object> {
      return answer(callCreateDownload, this.ctx.props, call);
    }
    async deleteObject(call: unknown): Promise<object> {
      return answer(callDeleteObject, this.ctx.props, call);
    }
    async listUploads(call: unknown): Promise<object> {
      return answer(callListUploads, this.ctx.props, call);
    }
    async listPolicies(call: unknown): Promise<object> {
      return answer(callListPolicies, this.ctx.props, call);
    }
    async createCredentials(call: unknown): Promise<object> {
      return answer(callCreateCredentials, this.ctx.props, call);
    }
    async verifyReceipt(call: unknown): Promise<object> {
      return answer(callVerifyReceipt, this.ctx.props, call);
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answers of the HTTP API have no types of their own
  return Uploads as unknown as UploadsClass<PolicyName>;
}

function refuse(error: unknown, { log, newId }: Pick<Dependencies, "log" | "newId">): Refusal {
  const requestId = newId();
  const problem = explain(error);
  const isRefusal = error instanceof Problem;
  const reason = describeError(isRefusal ? error.cause : error);
  log(isRefusal ? "request-refused" : "request-failed", { code: problem.code, requestId, reason });
  const { code, status, message: detail, extras } = problem;
  return { ...extras, ok: false, code, status, detail, requestId };
}

function explain(error: unknown): Problem {
  if (error instanceof ConfigurationError)
    return new Problem("misconfigured", "The configuration has errors: the log lists each one");
  return toProblem(error);
}
