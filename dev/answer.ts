/** What only the development server answers, for its page: tokens, and tickets that expire soon. */
import { isLoopback } from "../src/loopback.ts";
import { answerToken } from "./token.ts";

interface Worker {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** Returns the answer, or `undefined` for any other request. `getShortTickets` returns the Worker of those. */
export async function answerDevelopment(
  request: Request,
  getShortTickets: () => Worker,
): Promise<Response | undefined> {
  const url = new URL(request.url);
  // Under another name, a page of another site could read what it must not.
  if (!isLoopback(url.hostname)) return undefined;
  if (request.method === "GET" && url.pathname === "/dev/token")
    return answerToken(url.searchParams.get("user"));
  if (request.method === "POST" && url.pathname === "/dev/short-tickets")
    return getShortTickets().fetch(new Request(new URL("/v1/uploads", url), request));
  return undefined;
}
