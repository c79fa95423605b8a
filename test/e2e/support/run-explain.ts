/** What the tests of `explain` break requests with: the AWS SDK's signer, bytes on a wire, and the command itself. */
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { runCommand, type Ran } from "./command.ts";

export interface Explained {
  readonly exitCode: number | null;
  readonly findings: readonly {
    readonly cause: string;
    readonly certainty: string;
    readonly line: string;
    readonly signed?: string;
    readonly sent?: string;
  }[];
  readonly missing: readonly string[];
  readonly output: string;
  readonly errors: string;
}

/** Runs `edge-presigner explain --json`, with all pieces on its standard input. */
export async function explain(
  pieces: readonly string[],
  flags: readonly string[] = [],
): Promise<Explained> {
  const { status, stdout, stderr } = await runExplain(pieces, ["--json", ...flags]);
  const empty = { findings: [], missing: [] };
  const printed =
    stdout === "" ? empty : (JSON.parse(stdout) as Pick<Explained, "findings" | "missing">);
  return { ...printed, exitCode: status, output: stdout, errors: stderr };
}

export async function runExplain(
  pieces: readonly string[],
  flags: readonly string[] = [],
): Promise<Ran> {
  return runCommand(["explain", ...flags], {}, pieces.join("\n\n"));
}

/** A ticket as a table of tests breaks it, with its URL in three pieces. */
export interface Wire {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** All of them: Node adds none. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Sends exactly that, and gives back what went over the wire and what came. */
export async function send(
  origin: string,
  wire: Wire,
): Promise<{ status: number; texts: string[] }> {
  const { hostname, port } = new URL(origin);
  const target = wire.path + (wire.query && `?${wire.query}`);
  const outgoing = request({
    hostname,
    port,
    method: wire.method,
    path: target,
    headers: Object.entries({ ...wire.headers, connection: "close" }).flat(),
    setHost: false,
    agent: false,
  });
  const answered = new Promise<{ status: number; head: string; body: string }>(
    (resolve, reject) => {
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        const { statusCode = 0, rawHeaders } = response;
        const head = [`HTTP/1.1 ${statusCode} ${response.statusMessage}`, ...linesOf(rawHeaders)];
        buffer(response).then(
          (bytes) =>
            resolve({ status: statusCode, head: head.join("\r\n"), body: bytes.toString() }),
          reject,
        );
      });
    },
  );
  outgoing.end(wire.body);
  const { status, head, body } = await answered;
  const sent = [
    `${wire.method} ${target} HTTP/1.1`,
    ...linesOf(Object.entries(wire.headers).flat()),
  ];
  return { status, texts: [`${sent.join("\r\n")}\r\n`, `${head}\r\n\r\n${body}`] };
}

function linesOf(flat: readonly string[]): readonly string[] {
  return flat.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${flat[index + 1]}`] : []));
}

/** What a foreign signer signs with. */
export interface Foreign {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly service?: string;
  readonly now?: Date;
  readonly expiresInSeconds?: number;
}

/** A ticket in JSON, signed by the AWS SDK with all of the headers. */
export async function signWithSdk(
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  { accessKeyId, secretAccessKey, sessionToken, region, ...options }: Foreign,
) {
  const { service = "s3", now = new Date(), expiresInSeconds = 300 } = options;
  const { protocol, hostname, port, host } = new URL(origin);
  const signer = new SignatureV4({
    credentials: {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
    },
    region,
    service,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  const unsigned = {
    method: "PUT",
    protocol,
    hostname,
    ...(port !== "" && { port: Number(port) }),
    path,
    query: {},
    headers: { ...headers, host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  };
  const names = new Set(Object.keys(headers));
  const { query = {} } = await signer.presign(unsigned, {
    signingDate: now,
    // The SDK knows no longer one: it is written into what is then signed wrong, and refused for its length first.
    expiresIn: Math.min(expiresInSeconds, 604_800),
    unhoistableHeaders: names,
    signableHeaders: new Set([...names, "host"]),
  });
  const parameters = new URLSearchParams(query as Record<string, string>);
  parameters.set("X-Amz-Expires", String(expiresInSeconds));
  const { "content-length": contentLength, ...rest } = headers;
  const ticket = { method: "PUT", url: `${origin}${path}?${parameters.toString()}`, headers: rest };
  return { ...ticket, contentLength: Number(contentLength) };
}
