/** Asks the scanner of a policy about one object: docs/quarantine.md. */
import * as z from "zod/mini";
import { boundedFetch, type BoundedResponse, type Fetch } from "../bounded-fetch.ts";
import type { ScannerSettings } from "../config/quarantine-schema.ts";
import { lazy } from "../lazy.ts";
import { describeError } from "../log.ts";
import type { Service } from "../service.ts";
import { signMessage } from "../sign-message.ts";
import type { StoredObject } from "../store/object.ts";
import type { LocatedUpload } from "./locate.ts";

/** It is asked again later. */
export class NoVerdict extends Error {
  override readonly name = "NoVerdict";
  readonly logReason: string;

  constructor(logReason: string) {
    super(logReason);
    this.logReason = logReason;
  }
}

/** How long it may take, from the request to the last byte of the answer. */
const TIMEOUT_MS = 25_000;
const MAX_BYTES = 16 * 1024;
/** How long the scanner may begin to read the object. */
export const READABLE_SECONDS = 300;
/** What a binding gets: the host means nothing. */
const BINDING_URL = "https://scanner/";

const answerSchema = lazy(() =>
  z.object({
    verdict: z.enum(["clean", "infected"]),
    etag: z.string(),
    reason: z.optional(z.unknown()),
  }),
);

/** Returns why the object is infected, or `undefined` for a clean one. Throws `NoVerdict` for all but one of these two answers. */
export async function scan(
  service: Context,
  upload: LocatedUpload,
  question: Question,
): Promise<string | undefined> {
  const { watch, meter, now } = service;
  const { policy, store } = upload.claims;
  const ask = async () => askScanner(service, upload, question);
  const startedAtMs = now();
  let outcome: "clean" | "infected" | "failed" = "failed";
  try {
    const reason = await (watch ? watch.time("scanner", policy, ask) : ask());
    outcome = reason === undefined ? "clean" : "infected";
    return reason;
  } finally {
    const { size: bytes } = question.object;
    meter?.({ kind: "scan", policy, store, outcome, bytes, ms: now() - startedAtMs });
  }
}

type Context = Pick<Service, "config" | "fetch" | "fetchOf" | "now" | "watch" | "meter">;

interface Question {
  readonly scanner: ScannerSettings;
  readonly object: StoredObject;
}

async function askScanner(
  service: Context,
  upload: LocatedUpload,
  { scanner, object }: Question,
): Promise<string | undefined> {
  const { url, binding } = scanner;
  const fetch: Fetch = binding === undefined ? service.fetch : service.fetchOf(binding);
  const secrets = service.config.scannerSecrets.get(scanner.secret);
  if (!secrets) throw new TypeError("Cannot ask the scanner: it has no secret");
  const id = `${upload.claims.jti}.scan`;
  const body = JSON.stringify(await describeObject(upload, object, service.now()));
  const headers = {
    "content-type": "application/json",
    "user-agent": "edge-presigner",
    ...(await signMessage({ id, body }, secrets.reveal(), Math.floor(service.now() / 1000))),
  };
  const init = { method: "POST", headers, body };
  const request = {
    url: url ?? BINDING_URL,
    init,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  };
  let response: BoundedResponse;
  try {
    response = await boundedFetch(request, fetch);
  } catch (error) {
    throw new NoVerdict(`The scanner gave no readable answer: ${describeError(error)}`);
  }
  return readVerdict(response, object.etag);
}

/** The body of the request. The URL is signed for whoever has it, and the ETag with it. */
async function describeObject(
  { claims, location, reader }: LocatedUpload,
  { size, contentType, etag }: StoredObject,
  nowMs: number,
): Promise<object> {
  const { store, key, requestOrigin } = location;
  const headers = { "if-match": `"${etag}"` };
  const url = await reader.signer.presign({
    method: "GET",
    origin: store.origin ?? requestOrigin ?? "",
    basePath: store.basePath,
    key,
    headers,
    expiresInSeconds: READABLE_SECONDS,
    now: new Date(nowMs),
  });
  return { id: claims.jti, method: "GET", url, headers, size, contentType, etag };
}

function readVerdict({ status, text }: BoundedResponse, etag: string): string | undefined {
  if (status !== 200) throw new NoVerdict(`The scanner answered ${status}`);
  const { data } = answerSchema().safeParse(parseJson(text));
  if (!data) throw new NoVerdict("The scanner answered no verdict");
  if (data.etag !== etag) throw new NoVerdict("The scanner answered for another ETag");
  if (data.verdict === "clean") return undefined;
  const { reason } = data;
  return typeof reason === "string" && /^[ -~]{1,200}$/.test(reason) ? reason : "infected";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
