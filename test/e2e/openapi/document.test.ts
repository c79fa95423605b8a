import { ERROR_TEXTS } from "../../../demo/src/error-texts.ts";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { makeDocument } from "../../../openapi/document.ts";
import { readRecorded } from "../../../openapi/examples.ts";
import { adminRoutes } from "../../../src/http/admin.ts";
import { guideRoutes } from "../../../src/http/guide.ts";
import { uppyRoutes } from "../../../src/http/uppy/routes.ts";
import { v1Routes } from "../../../src/http/v1.ts";
import { PROBLEMS } from "../../../src/problem.ts";
import type { Service } from "../../../src/service.ts";

const ROOT = join(import.meta.dirname, "../../..");
const readText = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly operationId: string;
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: object }>>;
  };
  readonly responses: Readonly<Record<string, Response>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: { readonly Problem: { readonly properties: { readonly code: object } } };
    readonly responses: Readonly<Record<string, Response>>;
  };
}

const DOCUMENT = makeDocument() as unknown as Document;
const ROUTES = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
);
const CODES = Object.keys(PROBLEMS);

/** Finds a route as routers do: one without a parameter before one with. */
function findRoute(method: string, path: string): Operation | undefined {
  const [pathname = ""] = path.split("?");
  const found = ROUTES.filter(
    (route) =>
      route.method === method.toLowerCase() &&
      new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname),
  );
  return (
    found.find((route) => route.path === pathname) ??
    found.find(({ path: one }) => one.endsWith("/batch")) ??
    found[0]
  )?.operation;
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(makeDocument({ isClosed: true }), "openapi");

/** Compiles a schema of the document, in which references are found. */
function compile(schema: object): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/');
  return ajv.compile(JSON.parse(text) as object);
}

function responseOf(operation: Operation, status: number): Response | undefined {
  const response = operation.responses[status];
  const name = response?.$ref?.split("/").at(-1);
  return name === undefined ? response : DOCUMENT.components.responses[name];
}

const VECTORS = readdirSync(join(ROOT, "test/vectors"))
  // The store answers those, and no route this one.
  .filter((name) => name.endsWith(".json") && !/^(store-|problem-not-found)/.test(name))
  .map((name) => ({ name, ...readRecorded(name.slice(0, -5)) }));

describe("openapi.json", () => {
  it("is what the schemas and the recorded answers make today: npm run openapi", () => {
    expect(JSON.parse(readText("openapi/openapi.json"))).toEqual(
      JSON.parse(JSON.stringify(DOCUMENT)),
    );
  });

  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    expect(
      await validator.validate(JSON.parse(JSON.stringify(DOCUMENT)) as Record<string, unknown>),
    ).toEqual({
      valid: true,
    });
    expect(validator.version).toBe("3.1");
  });

  it("has every route of the Worker, and no other", () => {
    const service = { config: { issuers: [] } } as unknown as Service;
    const listed = [
      ...v1Routes(service).routes,
      ...adminRoutes(service).routes,
      ...guideRoutes(service).routes,
      ...uppyRoutes(service).routes.map(({ method, path }) => ({ method, path: `/s3${path}` })),
    ].flatMap(({ method, path }) => (method === "ALL" ? [] : [`${method} ${path}`]));
    const own = ["GET /healthz", "GET /.well-known/jwks.json"];
    const described = ROUTES.map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    );
    expect(described.toSorted()).toEqual([...new Set([...listed, ...own])].toSorted());
  });

  it("has an example of every answer with a body", () => {
    const answers = ROUTES.flatMap(({ operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
        Object.values(content).map((one) => [
          `${operation.operationId} ${status}`,
          Object.keys((one as { readonly examples?: object }).examples ?? {}).length,
        ]),
      ),
    );
    expect(answers.length).toBeGreaterThan(15);
    expect(answers.filter(([, count]) => count === 0)).toEqual([]);
  });

  it.each(VECTORS)("describes the recorded answer $name", ({ request, answer }) => {
    const operation = findRoute(request.method, request.path);
    const response = operation && responseOf(operation, answer.status);
    expect(response, `${request.method} ${request.path} ${answer.status}`).toBeDefined();
    const schemas = Object.values(response?.content ?? {}).map(({ schema }) => schema);
    expect(schemas).toHaveLength(answer.body === undefined ? 0 : 1);
    const validate = compile(schemas[0] ?? {});
    validate(answer.body);
    expect(validate.errors).toBeNull();
  });

  it("describes the recorded requests", () => {
    const bodies = VECTORS.filter(({ answer }) => answer.status < 300).flatMap(({ request }) => {
      const content = findRoute(request.method, request.path)?.requestBody?.content ?? {};
      return Object.values(content)
        .filter(() => request.body !== undefined)
        .map(({ schema }) => ({ schema, body: request.body }));
    });
    expect(bodies.length).toBeGreaterThan(10);
    for (const { schema, body } of bodies) {
      const validate = compile(schema);
      validate(body);
      expect(validate.errors).toBeNull();
    }
  });
});

describe("the codes of openapi.json", () => {
  it("are those of the Worker", () => {
    expect(DOCUMENT.components.schemas.Problem.properties.code).toMatchObject({ enum: CODES });
  });

  it("are those of docs/protocol.md, with their statuses", () => {
    const [, table = ""] = readText("docs/protocol.md").split("## Problems\n");
    const rows = [...table.matchAll(/^\| (\d{3}) +\| `([a-z-]+)`/gm)];
    expect(rows.map(([, status, code]) => [code, Number(status)])).toEqual(
      Object.entries(PROBLEMS).map(([code, [status]]) => [code, status]),
    );
  });

  it("are those of the web client", () => {
    const [, union = ""] = readText("client/web/src/error.ts").split("export type ProblemCode =");
    const [list = ""] = union.split(";");
    expect([...list.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code)).toEqual(CODES);
  });

  it("are those of the Dart client", () => {
    const [list = ""] = readText("client/dart/lib/src/upload_exception.dart").split("There was no");
    expect([...list.matchAll(/= '([a-z-]+)'/g)].map(([, code]) => code)).toEqual(CODES);
  });

  it("have a text on the page in each language, and so do the client's own", () => {
    const [, union = ""] = readText("client/web/src/error.ts").split("export type ClientCode =");
    const [list = ""] = union.split(";");
    const ofClient = [...list.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code ?? "");
    for (const texts of Object.values(ERROR_TEXTS))
      expect(Object.keys(texts)).toEqual(expect.arrayContaining([...CODES, ...ofClient]));
  });
});
