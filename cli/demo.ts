/** `npm run demo`: a file on its way through the running development server, step by step. */
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { styleText } from "node:util";
import { intro, log, outro, progress } from "@clack/prompts";
import { Command } from "commander";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { createMeter } from "./upload-progress.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { describeFailure, openUploader } from "./open-uploader.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly user: string;
}

/** What is sent where no file is named. */
const SAMPLE_BYTES = 32 * 2 ** 20;
const TYPE = "application/octet-stream";

await new Command("npm run demo --")
  .description("Uploads a file through the running development server, and prints each step.")
  .argument("[file]", "the file; without one, 32 MiB of nothing")
  .addOption(urlOption("--url <url>", "where the development server is"))
  .option("--user <name>", "as whom", "alice")
  .action(run)
  .parseAsync();

async function run(path: string | undefined, { url, user }: Options): Promise<void> {
  const file =
    path === undefined ? new Blob([new Uint8Array(SAMPLE_BYTES)]) : await openAsBlob(path);
  const name = path === undefined ? "sample.bin" : basename(path);
  intro(styleText("bold", "edge-presigner"));

  const token = await mintDevelopmentToken(user, { expiresInSeconds: 600 });
  const bar = progress({ max: Math.max(1, file.size) });
  const { arrived, onFlight } = createMeter(bar);
  try {
    const uploader = await openUploader({ url, token, onFlight });
    log.step(`A token for ${user}, as the app's own login would give`);
    const policy = "document";
    const { key, receipt, etag } = await uploader.upload(file, {
      policy,
      filename: name,
      contentType: TYPE,
      onTicket: ({ key: granted, expiresIn, ...ticket }) => {
        log.step(`A ticket for ${granted}, good for ${expiresIn} seconds`);
        log.message(describeHeaders("headers" in ticket ? ticket.headers : {}));
        bar.start(`PUT ${name}, straight into the store`);
      },
      onProgress: ({ sentBytes }) => arrived(sentBytes),
    });
    bar.stop(`PUT ${name}: ${file.size} bytes, straight into the store`);
    log.step(`The Worker asked the store: it is there, with ETag ${etag}`);
    const { payload } = await jwtVerify(
      receipt,
      createRemoteJWKSet(new URL("/.well-known/jwks.json", url)),
      { typ: "upload-receipt+jwt", audience: "edge-presigner" },
    );
    log.step(`The receipt is good: a backend would read this of ${String(payload.sub)}`);
    log.message(styleText("dim", JSON.stringify(payload["upload"], undefined, 2)));
    const download = await uploader.download(key, { policy });
    outro(`Read it back within five minutes: ${download.url}`);
  } catch (error) {
    log.error(describeFailure(error));
    process.exitCode = 1;
  }
}

function describeHeaders(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
  return lines.map((line) => styleText("dim", line)).join("\n");
}
