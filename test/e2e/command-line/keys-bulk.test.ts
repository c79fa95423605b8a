/** `keys --json` is what Wrangler's own `secret bulk` reads: Wrangler sends it to a server that stands for Cloudflare's API. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import * as z from "zod/mini";
import { runCommand } from "../support/command.ts";

const sentSchema = z.object({
  secrets: z.record(z.string(), z.object({ type: z.string(), text: z.string() })),
});

it("is read by wrangler secret bulk, with every value as it was made", async () => {
  const { stdout } = await runCommand(["keys", "--json"]);
  const sent = await sendInBulk(stdout);
  const expected = Object.entries(z.record(z.string(), z.string()).parse(JSON.parse(stdout)));
  expect(expected.map(([name]) => name)).toEqual([
    "UPLOAD_ID_SECRET",
    "RECEIPT_PRIVATE_KEY",
    "WEBHOOK_SECRET",
  ]);
  const texts = Object.entries(sent).map(([name, secret]) => [name, secret.text]);
  expect(texts).toEqual(expected);
});

async function sendInBulk(input: string) {
  let sent: unknown;
  const api = createServer((request, response) => {
    const read = async () => {
      const body = await text(request);
      if (request.method === "PATCH") sent = JSON.parse(body);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ success: true, errors: [], messages: [], result: {} }));
    };
    void read();
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = api.address() as AddressInfo;
  const wrangler = spawn(
    process.execPath,
    ["node_modules/wrangler/bin/wrangler.js", "secret", "bulk", "--env="],
    {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        ...process.env,
        CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
        CLOUDFLARE_API_TOKEN: "token",
        CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
        WRANGLER_SEND_METRICS: "false",
      },
    },
  );
  wrangler.stdin.end(input);
  const [printed] = await Promise.all([text(wrangler.stdout), once(wrangler, "close")]);
  api.close();
  expect(wrangler.exitCode, printed).toBe(0);
  return sentSchema.parse(sent).secrets;
}
