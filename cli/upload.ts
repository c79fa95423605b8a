/** `edge-presigner upload`: a file through the Worker into the store, and its receipt. */
import { openAsBlob } from "node:fs";
import { progress } from "@clack/prompts";
import { Option, type Command } from "commander";
import { FILE_CHECKSUMS, describeFile, type FileChecksum } from "./describe-file.ts";
import { INTERRUPTED, keepInterrupts, listenForInterrupts } from "./interrupt.ts";
import { createMeter } from "./upload-progress.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { describeFailure, openUploader } from "./open-uploader.ts";
import { paint } from "./output.ts";
import { readPair } from "./metadata-option.ts";
import { urlOption } from "./url-option.ts";

interface Options {
  readonly url: URL;
  readonly token?: string;
  readonly user: string;
  readonly policy?: string;
  readonly type?: string;
  readonly checksum?: FileChecksum;
  readonly meta: Readonly<Record<string, string>>;
  readonly multipart?: boolean;
  readonly json?: boolean;
}

const TOKEN_SECONDS = 3600;

export function addUpload(program: Command): void {
  program
    .command("upload")
    .description(
      "Uploads a file as a client does, completes it, and prints what the Worker answers.",
    )
    .argument("<file>", "the file")
    .addOption(urlOption("--url <url>", "where the Worker is"))
    .addOption(
      new Option("--token <token>", "a bearer token; without it one of the development server").env(
        "TOKEN",
      ),
    )
    .option("--user <name>", "as whom, on the development server", "alice")
    .option("--policy <name>", "the policy; without it the default one")
    .option("--type <type>", "the type, in place of what the name says")
    .addOption(
      new Option("--checksum <algorithm>", "with the file's checksum").choices(FILE_CHECKSUMS),
    )
    .option("--meta <name=value>", "metadata; again for more", readPair, {})
    .option("--multipart", "in parts, whatever the size")
    .option("--json", "prints the answer alone")
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { url, user, policy, type, checksum, meta, multipart } = options;
  const { filename, contentType, size } = await describeFile(path);
  const token =
    options.token ?? (await mintDevelopmentToken(user, { expiresInSeconds: TOKEN_SECONDS }));
  // To standard error, so that the answer can be piped on.
  const bar =
    options.json || !process.stderr.isTTY
      ? undefined
      : progress({ max: Math.max(1, size), output: process.stderr });
  const { arrived, onFlight } = createMeter(bar);
  const interrupts = listenForInterrupts();
  try {
    const uploader = await openUploader({ url, token, ...(bar && { onFlight }) });
    const completed = await uploader.upload(await openAsBlob(path), {
      policy,
      filename,
      contentType: type ?? contentType,
      checksum,
      metadata: Object.keys(meta).length > 0 ? meta : undefined,
      multipart,
      signal: interrupts.signal,
      onTicket: ({ key }) => {
        bar?.start(`PUT ${key}`);
        // The bar takes the keys for itself.
        if (bar) keepInterrupts();
      },
      onProgress: ({ sentBytes }) => arrived(sentBytes),
      onRetry: ({ error, pauseSeconds }) =>
        process.stderr.write(
          `${describeFailure(error)}. Again in ${Math.ceil(pauseSeconds)} seconds\n`,
        ),
    });
    bar?.stop(`${paint("bold", completed.key)}: ${completed.size} bytes, in the store`);
    process.stdout.write(`${JSON.stringify(completed, undefined, 2)}\n`);
  } catch (error) {
    bar?.error("Not uploaded");
    process.stderr.write(`${paint("red", "✘")} ${describeFailure(error)}\n`);
    process.exitCode = interrupts.signal.aborted ? INTERRUPTED : 1;
  } finally {
    interrupts.release();
  }
}
