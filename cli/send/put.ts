/** One PUT of a stream to the store, with `node:http`, whose stream tells what is on its way. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readField } from "../../src/store/xml.ts";
import { Refused } from "./service.ts";

export interface Sending {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly body: Readable;
  readonly onSent: (bytes: number) => void;
}

/** Without a byte for this long, the store is taken for gone. */
const IDLE_MS = 60_000;
const MAX_ANSWER_CHARACTERS = 64 * 1024;

/** The ETag that the store answers. Throws `Refused` with its code, or with that of a connection that failed. */
export async function putStream({ url, headers, bytes, body, onSent }: Sending): Promise<string> {
  if (!URL.canParse(url)) throw new Refused("The ticket's url is none: is this the Worker?");
  const { origin } = new URL(url);
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  const outgoing = request(url, {
    method: "PUT",
    headers: { ...headers, "content-length": bytes },
    timeout: IDLE_MS,
  });
  outgoing.on("timeout", () => outgoing.destroy(new Error(`No answer in ${IDLE_MS} ms`)));
  const answered = new Promise<{ status: number; etag: string; text: string }>(
    (resolve, reject) => {
      const fail = (error: Error) =>
        reject(new Refused(whyNothing(error, origin), { cause: error }));
      outgoing.on("error", fail);
      outgoing.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          if (text.length < MAX_ANSWER_CHARACTERS) text += chunk;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, etag: response.headers.etag ?? "", text }),
        );
        response.on("error", fail);
      });
    },
  );
  body.on("data", (chunk: Buffer) => onSent(chunk.length));
  // A store may refuse before it has read everything: its answer is what counts.
  const [answer] = await Promise.all([answered, pipeline(body, outgoing).catch(() => undefined)]);
  if (answer.status === 200) return answer.etag;
  const code = readField(answer.text, "Code");
  throw new Refused(
    `The store answered ${answer.status}${code === undefined ? "" : ` ${code}`}: npx edge-presigner explain tells why`,
  );
}

/** No more than the origin: the rest of the URL is a ticket. */
function whyNothing(error: Error, origin: string): string {
  const code = "code" in error ? String(error.code) : error.message;
  return `The store at ${origin} gave no answer: ${code}`;
}
