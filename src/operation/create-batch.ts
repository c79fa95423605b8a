import type { Intent } from "../grant/intent.ts";
import { MAX_SIGNED_PARTS } from "../grant/parts.ts";
import { Problem } from "../problem.ts";
import { admitAll } from "./admit.ts";
import { allow, type UploadContext } from "./allow.ts";
import { repetitionIn, reserveIn } from "./reserve-in.ts";
import { signUpload, type CreatedUpload } from "./sign-upload.ts";
import { reportRefused } from "./watch-ticket.ts";

/**
 * Creates a batch. One call to the ledger reserves all of it, and each multipart upload takes another.
 * Each intent gets its upload or its own problem, and the tickets of first parts are shared among them,
 * so that a batch takes no more CPU time.
 */
export async function createUploads(
  context: UploadContext,
  intents: readonly (() => Intent | Promise<Intent>)[],
): Promise<readonly (CreatedUpload | Problem)[]> {
  const maxTickets = Math.max(1, Math.floor(MAX_SIGNED_PARTS / intents.length));
  const policies: (string | undefined)[] = [];
  const allowOne = async (makeIntent: () => Intent | Promise<Intent>, index: number) => {
    const intent = await makeIntent();
    policies[index] = intent.policy;
    return allow(context, intent);
  };
  const allowed = await Promise.all(
    intents.map(async (intent, index) => orProblem(async () => allowOne(intent, index))),
  );
  const admitted = await admitAll(allowed, reserveIn(context), repetitionIn(context));
  const created = await Promise.all(
    admitted.map(async (one) => {
      if (one instanceof Problem) return one;
      return orProblem(async () => signUpload(context, one, maxTickets));
    }),
  );
  for (const [index, one] of created.entries())
    if (one instanceof Problem)
      reportRefused(context.service, { kind: "upload", policy: policies[index] }, one);
  return created;
}

async function orProblem<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
