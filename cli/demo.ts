/** `npm run demo`: uploads a file through the development server and prints each step. */
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { styleText } from "node:util";
import { intro, log, outro } from "@clack/prompts";
import { Command } from "commander";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { describeBytes } from "../src/describe-bytes.ts";
import { printable } from "./printable.ts";
import { createProgressBar } from "./progress-bar.ts";
import { createUploadProgress } from "./upload-progress.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { describeFailure, openUploader } from "./open-uploader.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly user: string;
}

/** The size of the sample that is sent if no file is given. */
const SAMPLE_BYTES = 32 * 2 ** 20;
const TYPE = "application/octet-stream";

await new Command("npm run demo --")
  .description("Uploads a file through the running development server and prints each step.")
  .argument("[file]", "the file to upload (default: 32 MiB of zeros)")
  .addOption(urlOption("--url <url>", "URL of the development server"))
  .option("--user <name>", "user to upload as", "alice")
  .action(run)
  .parseAsync();

async function run(path: string | undefined, { url, user }: Options): Promise<void> {
  const file =
    path === undefined ? new Blob([new Uint8Array(SAMPLE_BYTES)]) : await openAsBlob(path);
  const name = path === undefined ? "sample.bin" : basename(path);
  intro(styleText("bold", "edge-presigner"));

  const token = await mintDevelopmentToken(user, { expiresInSeconds: 600 });
  const bar = createProgressBar(file.size);
  const { onStored, onInFlight } = createUploadProgress(bar);
  try {
    const uploader = await openUploader({ url, token, onInFlight });
    step(`Token for ${user}, as the login of your app would issue it`);
    const policy = "document";
    const { key, receipt, etag } = await uploader.upload(file, {
      policy,
      filename: name,
      contentType: TYPE,
      onTicket: ({ key: granted, expiresIn, ...ticket }) => {
        step(`Ticket for ${granted}, valid for ${expiresIn} seconds`);
        show(describeHeaders("headers" in ticket ? ticket.headers : {}));
        bar?.start(`PUT ${name} to the store`);
      },
      onProgress: ({ sentBytes }) => onStored(sentBytes),
    });
    const stored = `PUT ${name} to the store: ${describeBytes(file.size)}`;
    if (bar) bar.stop(stored);
    else step(stored);
    step(`Completed: the Worker found the object in the store, with ETag ${etag}`);
    const { payload } = await jwtVerify(
      receipt,
      createRemoteJWKSet(new URL("/.well-known/jwks.json", url)),
      { typ: "upload-receipt+jwt", audience: "edge-presigner" },
    );
    step(`Receipt verified: a backend reads this about the upload of ${String(payload.sub)}`);
    show(styleText("dim", JSON.stringify(payload["upload"], undefined, 2)));
    const download = await uploader.download(key, { policy });
    outro(printable(`Download it within five minutes: ${download.url}`));
  } catch (error) {
    log.error(describeFailure(error));
    process.exitCode = 1;
  }
}

function describeHeaders(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
  return lines.map((line) => styleText("dim", line)).join("\n");
}

function step(text: string): void {
  log.step(printable(text));
}

function show(text: string): void {
  log.message(printable(text));
}
