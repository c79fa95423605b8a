/** Answers in JSON. All headers are set when the response is made: setting one later costs as much as signing. */
import type { Context } from "hono";
import type { BaseEnv } from "./base.ts";

type Headers = Readonly<Record<string, string>>;

/** Returns a response with the common headers and the given ones. */
export function answerJson<E extends BaseEnv>(
  c: Context<E>,
  body: unknown,
  status = 200,
  headers: Headers = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json",
      ...c.get("commonHeaders"),
      ...headers,
    },
  });
}
