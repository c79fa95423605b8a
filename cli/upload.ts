/** `edge-presigner upload`: a file through the Worker into the store, and its receipt. */
import { progress } from "@clack/prompts";
import { Option, type Command } from "commander";
import { FILE_CHECKSUMS, describeFile, digestFile, type FileChecksum } from "./describe-file.ts";
import { INTERRUPTED, keepInterrupts } from "./interrupt.ts";
import { mintDevelopmentToken } from "./mint.ts";
import { paint } from "./output.ts";
import { readPair } from "./pair.ts";
import { sendFile, ticketSchema } from "./send/send-file.ts";
import { Refused, createWorkerClient } from "./send/service.ts";
import { urlOption } from "./url.ts";

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
  try {
    const worker = createWorkerClient(url, token);
    const ticket = await worker.ask(ticketSchema, "/v1/uploads", {
      ...(policy !== undefined && { policy }),
      filename,
      contentType: type ?? contentType,
      size,
      ...(checksum && { checksum: await digestFile(path, checksum) }),
      ...(Object.keys(meta).length > 0 && { metadata: meta }),
      ...(multipart && { multipart }),
    });
    if (bar) {
      bar.start(`PUT ${ticket.key}`);
      keepInterrupts();
      // The bar listens too, and would let the upload go on.
      process.on("SIGINT", () => process.exit(INTERRUPTED));
    }
    const onSent = (bytes: number) => bar?.advance(bytes);
    const completed = await sendFile(worker, ticket, { path, size, onSent });
    bar?.stop(`${paint("bold", completed.key)}: ${completed.size} bytes, in the store`);
    process.stdout.write(`${JSON.stringify(completed, undefined, 2)}\n`);
  } catch (error) {
    bar?.error("Not uploaded");
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`${paint("red", "✘")} ${error.message}\n`);
    process.exitCode = 1;
  }
}
