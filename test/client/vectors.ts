/** Recorded answers of the Worker and its store: test/vectors/README.md. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const FOLDER = join(import.meta.dirname, "../vectors");

export function vectorNames(prefix: string): readonly string[] {
  const files = readdirSync(FOLDER).filter((name) => name.startsWith(prefix));
  return files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}

export function readVector(name: string): Answer {
  const text = readFileSync(join(FOLDER, `${name}.json`), "utf8");
  return (JSON.parse(text) as { readonly answer: Answer }).answer;
}

/** Returns the body as an object, so that a test can change it. */
export function bodyOf(name: string): Readonly<Record<string, unknown>> {
  return readVector(name).body as Readonly<Record<string, unknown>>;
}

/** Returns the answer as `fetch` does. */
export function responseOf(name: string): Response {
  const { status, headers, body } = readVector(name);
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return new Response(body === undefined ? null : text, { status, headers });
}
