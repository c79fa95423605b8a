import { expect } from "vitest";
import document from "../../../openapi/openapi.json";

interface Route {
  readonly method: string;
  readonly path: string;
  readonly pattern: RegExp;
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
}

const ROUTES: readonly Route[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({
    method: method.toUpperCase(),
    path,
    pattern: new RegExp(`^(/uppy/[^/]+)?${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    responses: responses as Route["responses"],
  })),
);

/** Expects that `openapi.json` lists the status of an answer, and the code of a problem, for its route. */
export async function expectDescribed(method: string, url: URL, answer: Response): Promise<void> {
  const found = ROUTES.filter(
    (route) => route.method === method && route.pattern.test(url.pathname),
  );
  // A router prefers a path without a parameter.
  const route = found.find(({ path }) => path.includes("/batch")) ?? found[0];
  if (!route) return;
  const name = `${method} ${route.path} ${answer.status}`;
  const described = route.responses[answer.status];
  const text = answer.headers.get("content-type")?.includes("problem") ? await answer.text() : "";
  expect(described, `${name} is not in openapi.json: ${text}`).toBeDefined();
  if (text === "") return;
  const { code } = JSON.parse(text) as { readonly code: string };
  expect(described?.$ref?.split(".") ?? [], `${name} ${code} is not in openapi.json`).toContain(
    code,
  );
}
