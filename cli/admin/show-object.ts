/** `edge-presigner admin find`: whose an object is, its upload, and what the store has. */
import { InvalidArgumentError } from "commander";
import type * as z from "zod/mini";
import { describeBytes } from "../../src/describe-bytes.ts";
import { printableValue } from "../printable.ts";
import { print, printJson } from "../output.ts";
import { foundSchema } from "./answers.ts";
import { askAdmin, type AdminOptions } from "./ask-admin.ts";

interface Options extends AdminOptions {
  readonly id?: string;
  readonly json?: boolean;
}

type Found = z.output<typeof foundSchema>;

export async function showObject(
  key: string | undefined,
  { id, json, ...options }: Options,
): Promise<void> {
  if ((key === undefined) === (id === undefined))
    throw new InvalidArgumentError("Name a key, or an id with --id.");
  const query = new URLSearchParams(id === undefined ? { key: key ?? "" } : { id });
  const path = `/v1/admin/uploads?${query.toString()}`;
  const found = await askAdmin(options, { method: "GET", path, answer: foundSchema });
  if (json) printJson(found);
  else print(describe(found));
}

function describe({ key, upload, candidates, unattributed, objects }: Found): string {
  const lines = [
    `key     ${key}`,
    ...(upload
      ? [`id      ${upload.name}, created ${upload.createdAt}, policy ${upload.policy}`]
      : []),
    ...candidates.flatMap(({ policy, issuer, user, uploads }) => [
      `user    ${user} of ${issuer}, policy ${policy}`,
      ...uploads.map(
        ({ name, status, createdAt, finishedAt, reasons = [] }) =>
          `upload  ${name}: ${status}${finishedAt === undefined ? `, created ${createdAt}` : ` ${finishedAt}`}${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`,
      ),
    ]),
    ...unattributed.map((policy) => `user    unknown: the keys of ${policy} do not name users`),
    ...objects.map(
      ({ store, bucket, pendingKey, ...object }) =>
        `store   ${store} (${bucket})${pendingKey === undefined ? "" : ` ${pendingKey}`}: ${describeObject(object)}`,
    ),
  ];
  return `${lines.map(printableValue).join("\n")}\n`;
}

function describeObject({
  size,
  contentType = "",
  etag = "",
  abortMark: isMark,
}: Omit<Found["objects"][number], "store" | "bucket">): string {
  if (size === undefined) return "nothing";
  if (isMark) return "the empty object of an aborted upload";
  return `${describeBytes(size)}, ${contentType}, ETag ${etag}`;
}
