/** Asks a Worker whether it is up: `/healthz`, `/readyz`, and what is stuck. */
import type * as z from "zod/mini";
import { healthSchema, readySchema, stuckSchema } from "../admin/answers.ts";
import { askAdmin, type AdminOptions } from "../admin/ask-admin.ts";
import { WorkerError } from "../open-uploader.ts";

/** What was answered, or why nothing was. */
type Asked<T> = { readonly answer: T } | { readonly refusal: string };

export interface Health {
  readonly worker: Asked<z.output<typeof healthSchema>>;
  readonly ready: Asked<z.output<typeof readySchema>>;
  readonly stuck: Asked<z.output<typeof stuckSchema>>;
}

/** Never fails for what the Worker answers, or does not. */
export async function askHealth(options: AdminOptions): Promise<Health> {
  const get = async <T>(path: string, answer: z.ZodMiniType<T>): Promise<Asked<T>> => {
    try {
      const request = { method: "GET", path, answer, accepts: [SERVICE_UNAVAILABLE] } as const;
      return { answer: await askAdmin(options, request) };
    } catch (error) {
      if (error instanceof WorkerError) return { refusal: error.message };
      throw error;
    }
  };
  const [worker, ready, stuck] = await Promise.all([
    get("/healthz", healthSchema),
    get("/readyz", readySchema),
    get("/v1/admin/stuck", stuckSchema),
  ]);
  return { worker, ready, stuck };
}

/** Of `/readyz`, if something does not work. */
const SERVICE_UNAVAILABLE = 503;
