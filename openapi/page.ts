/** Makes `/docs`: one page of HTML from the document, without a script. */
import type { createDocument } from "zod-openapi";
import { html, join, markCode, raw, type Html } from "./html.ts";
import { findVariants, listFields, type Schema } from "./fields.ts";

type Document = ReturnType<typeof createDocument>;
type Components = NonNullable<Document["components"]>;
interface Content {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>;
}
interface Response {
  readonly $ref?: string;
  readonly description: string;
  readonly content?: Readonly<Record<string, Content>>;
}
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly description: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, Content>>;
  };
  readonly responses: Readonly<Record<string, Response>>;
}
interface Route extends Operation {
  readonly method: string;
  readonly path: string;
}

/** Returns the text of `docs.html`. */
export function makePage(document: Document): string {
  const { info, tags = [], components = {} } = document;
  const routes = listRoutes(document);
  const groups = tags.map(({ name, description = "" }) => ({
    name,
    description,
    routes: routes.filter((route) => route.tags.includes(name)),
  }));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${info.title}: reference</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="docs.css" />
      </head>
      <body>
        <a class="skip" href="#main">Skip to the routes</a>
        <nav aria-label="Routes">
          ${join(
            groups.map(
              (group) =>
                html`<h2>${group.name}</h2>
                  <ul>
                    ${join(group.routes.map(linkRoute))}
                  </ul>`,
            ),
          )}
          <h2>Problems</h2>
          <ul>
            <li><a href="#problems">All codes</a></li>
          </ul>
        </nav>
        <main id="main" tabindex="-1">
          <h1>${info.title} <small>${info.version}</small></h1>
          <p>${markCode(info.description ?? "")}</p>
          <p>
            Every route needs <code>Authorization: Bearer &lt;token&gt;</code> unless it says
            otherwise. The same as a file for programs:
            <a href="openapi.json">openapi.json</a> (OpenAPI ${document.openapi}).
          </p>
          ${join(
            groups.map(
              (group) =>
                html`<section aria-labelledby="tag-${group.name}">
                  <h2 id="tag-${group.name}">${group.name}</h2>
                  <p>${markCode(group.description)}</p>
                  ${join(group.routes.map((route) => describeRoute(route, components)))}
                </section>`,
            ),
          )}
          ${describeCodes(components)}
        </main>
      </body>
    </html> `;
  return `${page.text.replaceAll(/^\s+$/gm, "").replaceAll(/\n{2,}/g, "\n")}\n`;
}

function listRoutes({ paths = {} }: Document): readonly Route[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods ?? {}).map(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the part of an operation that is read here
      ([method, operation]) => ({ method, path, ...(operation as Operation) }),
    ),
  );
}

function linkRoute({ method, path, operationId }: Route): Html {
  return html`<li>
    <a href="#${operationId}"
      ><b class="${method}">${method.toUpperCase()}</b> ${breakPath(path)}</a
    >
  </li>`;
}

/** Lets a long path be broken before each slash. */
function breakPath(path: string): Html {
  return join(
    path.split(/(?=\/)/).map((step, index) => html`${raw(index > 0 ? "<wbr>" : "")}${step}`),
  );
}

function describeRoute(route: Route, components: Components): Html {
  const { method, path, operationId, summary, description, security, parameters = [] } = route;
  const answers = Object.entries(route.responses).filter(([, { $ref }]) => $ref === undefined);
  const problems = Object.values(route.responses).flatMap(
    ({ $ref }) => $ref?.split(".").slice(1) ?? [],
  );
  return html`<article aria-labelledby="${operationId}">
    <h3 id="${operationId}">
      <b class="${method}">${method.toUpperCase()}</b> <code>${breakPath(path)}</code>
    </h3>
    <p><strong>${summary}.</strong> ${markCode(description ?? "")}</p>
    ${security?.length === 0 && html`<p>No token is needed.</p>`}
    ${
      parameters.length > 0 &&
      showFields(
        "Parameters",
        parameters.map(({ name, required = false, schema, description: meaning }) => ({
          name,
          isRequired: required,
          type: String(schema.type ?? "string"),
          description: meaning,
        })),
      )
    }
    ${
      route.requestBody &&
      join(
        Object.entries(route.requestBody.content).map(([type, content]) =>
          showContent(
            route.requestBody?.required ? "Body" : "Body, optional",
            [type, content],
            components,
          ),
        ),
      )
    }
    ${join(
      answers.map(([status, answer]) => {
        const title = `${status}: ${answer.description}`;
        const contents = Object.entries(answer.content ?? {});
        return contents.length === 0
          ? html`<h4>${markCode(title)}</h4>`
          : join(contents.map((content) => showContent(title, content, components)));
      }),
    )}
    <h4>Problems</h4>
    <p class="codes">
      ${join(problems.map((code) => html`<a href="#problem-${code}"><code>${code}</code></a> `))}
    </p>
  </article>`;
}

function showContent(
  title: string,
  [type, { schema, example, examples = {} }]: readonly [string, Content],
  components: Components,
): Html {
  const values = [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples).map(({ value }) => value),
  ];
  return html`<h4>${markCode(title)}</h4>
    ${type !== "application/json" && html`<p><code>${type}</code></p>`}
    ${
      schema &&
      join(
        findVariants(schema, components).map(({ name, schema: variant }) =>
          showFields(name, listFields(variant, components)),
        ),
      )
    }
    ${join(values.map((value, index) => showExample(value, values.length > 1 ? index + 1 : undefined)))}`;
}

function showExample(value: unknown, number?: number): Html {
  const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
  return html`<details>
    <summary>Example${number !== undefined && ` ${number}`}</summary>
    <pre tabindex="0">${text}</pre>
  </details>`;
}

function showFields(name: string, fields: ReturnType<typeof listFields>): Html {
  if (fields.length === 0) return html``;
  return html`<table>
    <caption>
      ${name}
    </caption>
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${join(
        fields.map(
          (field) =>
            html`<tr>
              <th scope="row">
                <code>${breakName(field.name)}</code>${field.isRequired && html` <em>required</em>`}
              </th>
              <td>${field.type}</td>
              <td>${markCode(field.description)}</td>
            </tr>`,
        ),
      )}
    </tbody>
  </table>`;
}

function breakName(name: string): Html {
  return join(
    name.split(/(?=[.[])/).map((step, index) => html`${raw(index > 0 ? "<wbr>" : "")}${step}`),
  );
}

/** Every code with its recorded problem. */
function describeCodes({ examples = {} }: Components): Html {
  const codes = Object.entries(examples).flatMap(([code, example]) => {
    const { summary: title = "", value }: { summary?: string; value?: unknown } = example;
    return isProblem(value) ? [{ code, title, value }] : [];
  });
  const sorted = codes.toSorted((a, b) => a.value.status - b.value.status);
  return html`<section aria-labelledby="problems">
    <h2 id="problems">Problems</h2>
    <p>Each is <code>application/problem+json</code>. Switch on <code>code</code>.</p>
    ${join(
      sorted.map(
        ({ code, title, value }) =>
          html`<article aria-labelledby="problem-${code}">
            <h3 id="problem-${code}">${value.status} <code>${code}</code></h3>
            <p>${title}.</p>
            ${showExample(value)}
          </article>`,
      ),
    )}
  </section>`;
}

function isProblem(value: unknown): value is { readonly status: number } {
  return (
    typeof value === "object" &&
    value !== null &&
    "status" in value &&
    typeof value.status === "number"
  );
}
