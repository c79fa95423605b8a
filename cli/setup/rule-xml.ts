/** Keeps the XML of rules: the SDK drops every field that it does not know, and would take it from the bucket. */
import { buffer } from "node:stream/consumers";
import type { S3Client } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import { readBlocks } from "../../src/store/xml.ts";

const NAME = "ruleXml";
const streamed = z.looseObject({ body: z.custom<AsyncIterable<Uint8Array>>() });
const bodied = z.looseObject({ body: z.string() });

/** Returns what `send` returns, and the XML of its answer. The client sends nothing else meanwhile. */
export async function captureXml<T>(
  client: S3Client,
  send: () => Promise<T>,
): Promise<{ readonly answer: T; readonly xml: string }> {
  let xml = "";
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = streamed.parse(result.response);
      const body = await buffer(response.body);
      xml = body.toString();
      return { ...result, response: { ...response, body: new Uint8Array(body) } };
    },
    { step: "deserialize", priority: "low", name: NAME },
  );
  try {
    return { answer: await send(), xml };
  } finally {
    client.middlewareStack.remove(NAME);
  }
}

/** Calls `send`, and writes these texts into the elements of its request. `undefined` leaves one as the SDK writes it. */
export async function replaceXml<T>(
  client: S3Client,
  { name, texts }: { readonly name: string; readonly texts: readonly (string | undefined)[] },
  send: () => Promise<T>,
): Promise<T> {
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = bodied.parse(args.request);
      return next({ ...args, request: { ...request, body: replaceIn(request.body, name, texts) } });
    },
    { step: "serialize", priority: "low", name: NAME },
  );
  try {
    return await send();
  } finally {
    client.middlewareStack.remove(NAME);
  }
}

function replaceIn(body: string, name: string, texts: readonly (string | undefined)[]): string {
  const close = `</${name}>`;
  const blocks = readBlocks(body, name).map(
    (own, index) => `<${name}>${texts[index] ?? own}${close}`,
  );
  const end = body.lastIndexOf(close) + close.length;
  return body.slice(0, body.indexOf(`<${name}>`)) + blocks.join("") + body.slice(end);
}

/** The rules cannot be written back as they are. */
export class UnreadableRules extends Error {
  override readonly name = "UnreadableRules";
}

interface Names {
  readonly root: string;
  /** The element of one rule. */
  readonly rule: string;
}

/**
 * Returns a function that returns the XML within the element of a rule, or `undefined` for a rule that
 * the store did not send. Throws `UnreadableRules` if the XML has anything but these rules.
 */
export function matchRules<T>(
  present: readonly T[],
  xml: string,
  { root, rule: name }: Names,
): (rule: T) => string | undefined {
  const blocks = readBlocks(xml, name);
  const rest = blocks.reduce((text, block) => text.replace(`<${name}>${block}</${name}>`, ""), xml);
  const others = Array.from(rest.matchAll(/<([A-Za-z][\w:.-]*)/g), ([, other]) => other);
  if (blocks.length !== present.length || others.join(" ") !== root) {
    throw new UnreadableRules(
      "The store did not send its rules in the form of AWS: change them with its own tools. Nothing was changed.",
    );
  }
  const all = new Map(present.map((rule, index) => [rule, blocks[index]]));
  return (rule) => all.get(rule);
}
