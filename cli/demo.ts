/** `npm run demo`: a file on its way through the running development server, step by step. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { styleText } from "node:util";
import { intro, log, outro, progress } from "@clack/prompts";
import { Command } from "commander";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as z from "zod/mini";
import { mintDevelopmentToken } from "./mint.ts";
import { putStream } from "./send/put.ts";
import { completedSchema, ticketSchema } from "./send/send-file.ts";
import { createWorkerClient } from "./send/service.ts";
import { urlOption } from "./url.ts";

interface Options {
  readonly url: URL;
  readonly user: string;
}

/** What is sent where no file is named. */
const SAMPLE_BYTES = 32 * 2 ** 20;
const TYPE = "application/octet-stream";

const downloadSchema = z.object({ url: z.string() });

await new Command("npm run demo --")
  .description("Uploads a file through the running development server, and prints each step.")
  .argument("[file]", "the file; without one, 32 MiB of nothing")
  .addOption(urlOption("--url <url>", "where the development server is"))
  .option("--user <name>", "as whom", "alice")
  .action(run)
  .parseAsync();

async function run(file: string | undefined, { url, user }: Options): Promise<void> {
  const size = file === undefined ? SAMPLE_BYTES : (await stat(file)).size;
  const name = file === undefined ? "sample.bin" : basename(file);
  intro(styleText("bold", "edge-presigner"));

  const token = await mintDevelopmentToken(user, { expiresInSeconds: 600 });
  const { ask } = createWorkerClient(url, token);

  try {
    log.step(`A token for ${user}, as the app's own login would give`);
    const policy = "document";
    const ticket = await ask(ticketSchema, "/v1/uploads", {
      policy,
      filename: name,
      contentType: TYPE,
      size,
    });
    log.step(`A ticket for ${ticket.key}, good for ${ticket.expiresIn} seconds`);
    log.message(
      Object.entries(ticket.headers ?? {})
        .map(([header, value]) => styleText("dim", `${header}: ${value}`))
        .join("\n"),
    );

    const bar = progress({ max: size });
    bar.start(`PUT ${name}, straight into the store`);
    const body = file === undefined ? Readable.from(emptyChunks(size)) : createReadStream(file);
    const { url: at = "", headers = {} } = ticket;
    await putStream({ url: at, headers, bytes: size, body, onSent: (sent) => bar.advance(sent) });
    bar.stop(`PUT ${name}: ${size} bytes, straight into the store`);

    const { receipt, etag } = await ask(completedSchema, `/v1/uploads/${ticket.id}/complete`);
    log.step(`The Worker asked the store: it is there, with ETag ${etag}`);
    const { payload } = await jwtVerify(
      receipt,
      createRemoteJWKSet(new URL("/.well-known/jwks.json", url)),
      { typ: "upload-receipt+jwt", audience: "edge-presigner" },
    );
    log.step(`The receipt is good: a backend would read this of ${String(payload.sub)}`);
    log.message(styleText("dim", JSON.stringify(payload["upload"], undefined, 2)));
    const download = await ask(downloadSchema, "/v1/downloads", { policy, key: ticket.key });
    outro(`Read it back within five minutes: ${download.url}`);
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}

function* emptyChunks(size: number): Generator<Buffer> {
  const chunk = Buffer.alloc(65_536);
  for (let left = size; left > 0; left -= chunk.length)
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}
