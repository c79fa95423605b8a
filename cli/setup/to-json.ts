/** Writes the plan as one JSON document, for scripts. */
import type { Applied } from "./apply.ts";
import { corsPastes, formatsOf, lifecyclePastes, type Format } from "./formats.ts";
import type { Plan } from "./plan.ts";
import type { PrintOptions } from "./print-plan.ts";
import { keyNotesOf } from "./quarantine-notes.ts";

/** Returns the document. What does not apply to this bucket is left out. */
export function toJson(
  plan: Plan,
  { format, lines }: PrintOptions,
  applied: readonly Applied[] | undefined,
): object {
  const { use, cors, writer, reader, bucketPolicy, lifecycle, secrets, advice } = plan;
  const { scannerOrigin, scoped, notifications, rotation } = plan;
  const { store, policies, credentialPolicies } = use;
  const keyNotes = keyNotesOf(use, advice);
  const formats = format ? [format] : formatsOf(store.providerName);
  const inCors = cors && corsPastes(store, cors);
  const inLifecycle = lifecycle.length > 0 ? lifecyclePastes(store, lifecycle) : undefined;
  const contents = (pastes: Partial<ReturnType<typeof lifecyclePastes>> | undefined) =>
    Object.fromEntries(
      formats.flatMap((name) => {
        const found = pastes?.[name];
        return found ? [[KEYS[name], found.file?.content ?? found.commands]] : [];
      }),
    );
  return {
    store: {
      name: store.name,
      provider: store.providerName,
      bucket: store.bucket,
      policies: [...policies, ...credentialPolicies].map(({ name }) => name),
    },
    ...(lines !== undefined && { configuration: lines }),
    cors: contents(inCors),
    permissions: {
      writer: { description: keyNotes.writer, policy: writer },
      reader: { description: keyNotes.reader, policy: reader },
    },
    bucketPolicy,
    lifecycle: contents(inLifecycle),
    secrets,
    ...(scoped && { credentials: scoped }),
    ...(scannerOrigin !== undefined && { scanner: { origin: scannerOrigin } }),
    ...(formats.includes("wrangler") &&
      notifications.length > 0 && { notifications: { wrangler: notifications } }),
    ...(rotation.length > 0 && { rotation }),
    notes: [advice.cors, advice.lifecycle, advice.bucketPolicy, keyNotes.bucketPolicy].filter(
      (note) => note !== undefined,
    ),
    applied,
  };
}

const KEYS = {
  "aws-cli": "awsCli",
  "aws-console": "awsConsole",
  wrangler: "wrangler",
  gcloud: "gcloud",
} as const satisfies Readonly<Record<Format, string>>;
