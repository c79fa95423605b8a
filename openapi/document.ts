/** Makes the OpenAPI document of the service from the schemas that check its requests. */
import * as z from "zod/mini";
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import { PROBLEMS, type ProblemCode } from "../src/problem.ts";
import { VERSION } from "../src/version.ts";
import { describeFields } from "./describe.ts";
import { findProblems, readRecorded } from "./examples.ts";
import { override, overrideOpen } from "./names.ts";
import type { Operation } from "./operation.ts";
import { ADMINS } from "./admin.ts";
import { UPLOADS } from "./uploads.ts";
import { UPPY } from "./uppy.ts";

const OPERATIONS: readonly Operation[] = [...UPLOADS, ...ADMINS, ...UPPY];

const HEADERS: Readonly<Record<string, string>> = {
  location: "The path of the upload",
  "ratelimit-policy": "The limits of the policy's quota (draft-ietf-httpapi-ratelimit-headers)",
  ratelimit: "What remains of them",
  "retry-after": "Seconds",
  "www-authenticate": 'Bearer realm="edge-presigner"',
};

/** Returns the document: OpenAPI 3.1. For tests, one that refuses fields in answers that it does not know. */
export function makeDocument({ isClosed = false } = {}): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const operation of OPERATIONS)
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(operation),
    };
  const problems = [...findProblems()].map(
    ([code, name]) =>
      [code, { summary: PROBLEMS[code][1], value: readRecorded(name).answer.body }] as const,
  );
  const definition: ZodOpenApiObject = {
    openapi: "3.1.0",
    info: {
      title: "edge-presigner",
      version: VERSION,
      summary: "Tickets to upload files straight into an S3-compatible bucket",
      description:
        "A ticket is a presigned request: the client sends its `method`, `url` and `headers` unchanged to the store, with the file as the body. Every error is a problem (RFC 9457): switch on `code`, which is never renamed. A later release may add fields to answers.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "Where this document is" }],
    security: [{ bearer: [] }],
    tags: [
      { name: "Uploads", description: "Tickets for files, and what becomes of them" },
      { name: "Objects", description: "Reading and deleting what is stored" },
      { name: "Credentials", description: "Temporary S3 credentials for programs" },
      {
        name: "Admin",
        description:
          "For programs of operators, with the token of an issuer that the configuration marks as one of admins",
      },
      { name: "Service", description: "Keys and health: no token is needed" },
      {
        name: "Uppy",
        description:
          "For the S3 clients of Uppy 4, 5 and 6. Below `/uppy/{token}/s3` there are the same routes, with the token in the path.",
      },
    ],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "A token of one of the configured issuers",
        },
      },
      examples: Object.fromEntries(problems),
      responses: Object.fromEntries(
        OPERATIONS.flatMap(({ codes }) => groupByStatus(codes)).map(({ name, status, codes }) => [
          name,
          describeProblems(status, codes),
        ]),
      ),
    },
  };
  return describeFields(
    createDocument(definition, { override: isClosed ? override : overrideOpen }),
  );
}

function describeOperation(operation: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, description, isPublic, body, pathParameters = [] } = operation;
  const { query, headers: header } = operation;
  const path = z.object(Object.fromEntries(pathParameters.map((name) => [name, z.string()])));
  const [first = ""] = operation.examples;
  const example = readRecorded(first).request.body;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isPublic && { security: [] }),
    ...((pathParameters.length > 0 || query || header) && {
      requestParams: {
        ...(pathParameters.length > 0 && { path }),
        ...(query && { query }),
        ...(header && { header }),
      },
    }),
    ...(body && {
      requestBody: {
        required: operation.isBodyOptional !== true,
        content: {
          [operation.bodyContentType ?? "application/json"]: {
            schema: body,
            ...(example !== undefined && { example }),
          },
        },
      },
    }),
    responses: {
      ...describeAnswers(operation),
      ...Object.fromEntries(
        groupByStatus(operation.codes).map(({ name, status }) => [
          String(status),
          { $ref: `#/components/responses/${name}` },
        ]),
      ),
    },
  };
}

function describeAnswers({ answers, examples }: Operation): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, schema, headers = [], ...answer }]) => {
      const recorded = examples.flatMap((name) => {
        const { answer: given } = readRecorded(name);
        return given.status === Number(status) ? [[name, { value: given.body }] as const] : [];
      });
      return [
        status,
        {
          description,
          ...(headers.length > 0 && { headers: describeHeaders(headers) }),
          ...(schema && {
            content: {
              [answer.contentType ?? "application/json"]: {
                schema,
                examples: Object.fromEntries(recorded),
              },
            },
          }),
        },
      ];
    }),
  );
}

interface ProblemGroup {
  readonly name: string;
  readonly status: number;
  readonly codes: readonly ProblemCode[];
}

/** Routes that may answer the same codes share one description: `403.forbidden.origin-not-allowed`. */
function groupByStatus(codes: readonly ProblemCode[]): readonly ProblemGroup[] {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code][0]);
  return [...byStatus].map(([status, some]) => {
    const sorted = some.toSorted();
    return { name: [status, ...sorted].join("."), status, codes: sorted };
  });
}

function describeProblems(status: number, codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join(". "),
    ...(status === 429 && { headers: describeHeaders(["retry-after"]) }),
    ...(status === 401 && { headers: describeHeaders(["www-authenticate"]) }),
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { type: "object", properties: { code: { type: "string", enum: [...codes] } } },
          ],
        },
        examples: Object.fromEntries(
          codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
        ),
      },
    },
  };
}

function describeHeaders(
  names: readonly string[],
): NonNullable<ZodOpenApiResponseObject["headers"]> {
  return Object.fromEntries(
    names.map((name) => [name, { description: HEADERS[name] ?? "", schema: { type: "string" } }]),
  );
}
