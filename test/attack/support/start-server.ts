/**
 * Starts one Worker for the folder, on the store that the environment names, and a recorder beside it:
 * it receives the webhooks, and answers `GET /webhooks` and `GET /log` with what left the Worker there.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { TestProject } from "vitest/node";
import { startFixture, type Server } from "../../e2e/support/server.ts";
import { STORE } from "../../e2e/support/store.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly worker: string;
    readonly recorder: string;
  }
}

/** Runs before the first file. Returns what runs after the last one. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const webhooks: { readonly headers: object; readonly body: string }[] = [];
  let server: Server | undefined;
  const recorder = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      if (request.method === "POST") webhooks.push({ headers: request.headers, body });
      const recorded = request.url === "/log" ? server?.readLog() : webhooks;
      response.end(JSON.stringify(recorded));
    })();
  }).listen(0, "127.0.0.1");
  await once(recorder, "listening");
  const address = recorder.address();
  if (!address || typeof address === "string") throw new Error("The recorder has no port");
  const url = `http://127.0.0.1:${address.port}`;
  // A receiver without https is allowed beside the embedded store alone.
  server = await startFixture(STORE === "embedded" ? { WEBHOOK_URL: `${url}/webhooks` } : {});
  provide("worker", server.url);
  provide("recorder", url);
  return async () => {
    recorder.close();
    await server.close();
  };
}
