/** `/v1/credentials`: temporary credentials for jobs and command lines. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { issueCredentials } from "../operation/issue-credentials.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { answerJson } from "./answer.ts";
import type { BaseEnv } from "./base.ts";
import { limitBody, withCaller } from "./middleware.ts";
import { parseAs, readJson } from "./parse.ts";
import { credentialsRequest } from "./v1-request.ts";
import { credentialsAnswer } from "./v1-ticket-response.ts";

export function credentialRoutes(service: Service): Hono<BaseEnv> {
  const app = new Hono<BaseEnv>();
  const holder = withCaller(service, "credentials", "credentials");
  app.on("POST", "/v1/credentials", holder, limitBody(), async (c) => {
    requireProgram(c);
    const intent = parseAs(credentialsRequest(), await readJson(c.req.raw));
    const issued = await issueCredentials(c.get("service"), c.get("caller"), intent);
    return answerJson(c, credentialsAnswer(issued), 201);
  });
  return app;
}

/**
 * Refuses pages, and with them every session: whatever runs on a page could keep the credentials, and use them
 * from elsewhere. Browsers send at least one of the two (Fetch Standard, Fetch Metadata), programs neither.
 */
function requireProgram({ req }: Context): void {
  if (req.header("origin") === undefined && req.header("sec-fetch-site") === undefined) return;
  const detail =
    "Ask from a program: credentials are not for pages. Upload from a page with tickets";
  throw new Problem("origin-not-allowed", detail);
}
