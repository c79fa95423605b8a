/** `edge-presigner upload`: uploads a file with tickets of the Worker and prints its receipt. */
import { openAsBlob } from "node:fs";
import { Option, type Command } from "commander";
import { describeBytes } from "../src/describe-bytes.ts";
import { FILE_CHECKSUMS, describeFile, type FileChecksum } from "./describe-file.ts";
import { INTERRUPT_EXIT_CODE, listenForInterrupts } from "./interrupt.ts";
import { createUploadProgress } from "./upload-progress.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { describeFailure, openUploader } from "./open-uploader.ts";
import { paint, printError, printJson } from "./output.ts";
import { createProgressBar } from "./progress-bar.ts";
import { readMetadataPair } from "./metadata-option.ts";
import { tokenOption } from "./token-option.ts";
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

/** Adds the command `upload` to the program. */
export function addUpload(program: Command): void {
  program
    .command("upload")
    .description("Uploads a file as a client does, completes the upload and prints the answer.")
    .argument("<file>", "the file to upload")
    .addOption(urlOption("--url <url>", "URL of the Worker"))
    .addOption(tokenOption())
    .option("--user <name>", "user of that default token", "alice")
    .option("--policy <name>", "policy (default: the default policy)")
    .option("--type <type>", "content type (default: by the extension of the name)")
    .addOption(
      new Option("--checksum <algorithm>", "send the file's checksum").choices(FILE_CHECKSUMS),
    )
    .addOption(
      new Option("--meta <name=value>", "metadata of the file; can be repeated")
        .argParser(readMetadataPair)
        .default({}, "none"),
    )
    .option("--multipart", "use a multipart upload, whatever the size")
    .option("--json", "print only the answer, without a progress bar")
    .action(run);
}

async function run(path: string, options: Options): Promise<void> {
  const { url, user, policy, type, checksum, meta, multipart } = options;
  const { filename, contentType, size } = await describeFile(path);
  const token =
    options.token ?? (await mintDevelopmentToken(user, { expiresInSeconds: TOKEN_SECONDS }));
  // On standard error, so that standard output has only the answer.
  const bar = options.json ? undefined : createProgressBar(size);
  const { onStored, onInFlight } = createUploadProgress(bar);
  const interrupts = listenForInterrupts();
  try {
    const uploader = await openUploader({ url, token, ...(bar && { onInFlight }) });
    const completed = await uploader.upload(await openAsBlob(path), {
      policy,
      filename,
      contentType: type ?? contentType,
      checksum,
      metadata: Object.keys(meta).length > 0 ? meta : undefined,
      multipart,
      signal: interrupts.signal,
      onTicket: ({ key }) => bar?.start(`PUT ${key}`),
      onProgress: ({ sentBytes }) => onStored(sentBytes),
      onRetry: ({ error, pauseSeconds }) =>
        printError(`${describeFailure(error)}. Retrying in ${Math.ceil(pauseSeconds)} s\n`),
    });
    bar?.stop(`Stored ${completed.key}: ${describeBytes(completed.size)}`);
    printJson(completed);
  } catch (error) {
    bar?.error("Upload failed");
    printError(`${paint("red", "✘")} ${describeFailure(error)}\n`);
    process.exitCode = interrupts.signal.aborted ? INTERRUPT_EXIT_CODE : 1;
  } finally {
    interrupts.release();
  }
}
