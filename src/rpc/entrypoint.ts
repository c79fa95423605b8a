/**
 * The class for service bindings: `env.UPLOADS.createUpload({ user, policy, … })`. It never throws: the
 * platform would log each error as "Uncaught".
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { ConfigurationError } from "../config/errors.ts";
import type { Props } from "../grant/binding.ts";
import { eventOf } from "../http/log-error.ts";
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
import { watchCall, type NamedCall } from "./watch-call.ts";

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

type UploadsDependencies = Pick<Dependencies, "log" | "newId"> & Pick<Service, "meter">;

type Run = (service: Service, props: unknown, argument: unknown) => Promise<object>;

/** Returns the class that the Worker exports. `getService` throws for an invalid configuration. */
export function createUploadsClass<PolicyName extends string>(
  getService: () => Service,
  dependencies: UploadsDependencies,
): UploadsClass<PolicyName> {
  const answer = async (
    route: string,
    run: Run,
    { props, argument }: { readonly props: unknown; readonly argument: unknown },
  ): Promise<object> => {
    const requestId = dependencies.newId();
    try {
      const answered = await watchCall(getService(), { route, requestId }, (service) =>
        run(service, props, argument),
      );
      return { ok: true, ...answered };
    } catch (error) {
      return refuse(error, { ...dependencies, requestId, route });
    }
  };
  class Uploads extends WorkerEntrypoint<Cloudflare.Env, Props> {
    async createUpload(call: unknown): Promise<object> {
      return answer("createUpload", callCreateUpload, { props: this.ctx.props, argument: call });
    }
    async complete(call: unknown): Promise<object> {
      return answer("complete", callComplete, { props: this.ctx.props, argument: call });
    }
    async completeBatch(call: unknown): Promise<object> {
      return answer("completeBatch", callCompleteBatch, { props: this.ctx.props, argument: call });
    }
    async createDownload(call: unknown): Promise<object> {
      return answer("createDownload", callCreateDownload, {
        props: this.ctx.props,
        argument: call,
      });
    }
    async deleteObject(call: unknown): Promise<object> {
      return answer("deleteObject", callDeleteObject, { props: this.ctx.props, argument: call });
    }
    async listUploads(call: unknown): Promise<object> {
      return answer("listUploads", callListUploads, { props: this.ctx.props, argument: call });
    }
    async listPolicies(call: unknown): Promise<object> {
      return answer("listPolicies", callListPolicies, { props: this.ctx.props, argument: call });
    }
    async createCredentials(call: unknown): Promise<object> {
      return answer("createCredentials", callCreateCredentials, {
        props: this.ctx.props,
        argument: call,
      });
    }
    async verifyReceipt(call: unknown): Promise<object> {
      return answer("verifyReceipt", callVerifyReceipt, { props: this.ctx.props, argument: call });
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the answers of the HTTP API have no types of their own
  return Uploads as unknown as UploadsClass<PolicyName>;
}

function refuse(
  error: unknown,
  { log, meter, requestId, route }: UploadsDependencies & NamedCall,
): Refusal {
  const problem = explain(error);
  const reason = describeError(error instanceof Problem ? error.cause : error);
  log(eventOf(problem), { code: problem.code, requestId, reason });
  meter?.({ kind: "refusal", outcome: problem.code, detail: route });
  const { code, status, message: detail, extras } = problem;
  return { ...extras, ok: false, code, status, detail, requestId };
}

function explain(error: unknown): Problem {
  if (error instanceof ConfigurationError)
    return new Problem("misconfigured", "The configuration has errors: the log lists each one");
  return toProblem(error);
}
