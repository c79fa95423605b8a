/** The backends of docs/recipes, each as it stands, with a receipt and a webhook of the development server. */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { join, resolve } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { findPort } from "../support/find-port.ts";
import { installLocked } from "../support/install-locked.ts";
import { readFileOf } from "../support/recipe.ts";
import { askForTicket, bytesOf, call, put, startServer, tokenFor } from "../support/server.ts";
import type { Server } from "../support/server.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const RECIPES = join(ROOT, "test/recipes");
const DEBIAN = join(ROOT, "node_modules/.cache/recipes-debian");

interface Webhook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly user: string;
}

const webhooks: Webhook[] = [];
const receiver = createServer((request, response) => {
  void (async () => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { data } = JSON.parse(body) as { data: { user: string } };
    webhooks.push({ headers: request.headers, body, user: data.user });
    response.writeHead(204).end();
  })();
});

let server: Server;
let folder: string;
beforeAll(async () => {
  installLocked(RECIPES);
  const parent = join(RECIPES, "node_modules/.cache");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "backend-"));
  server = await startServer({ WEBHOOK_URL: `${await listen()}/hook` });
}, 180_000);
afterAll(async () => {
  await server.close();
  receiver.close();
  rmSync(folder, { recursive: true });
});

async function listen(): Promise<string> {
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const address = receiver.address();
  if (!address || typeof address === "string") throw new Error("The receiver has no port");
  return `http://127.0.0.1:${address.port}`;
}

/** Uploads a file and returns its receipt. */
async function upload(user: string): Promise<{ readonly key: string; readonly receipt: string }> {
  const bytes = bytesOf("not really a png");
  const request = { policy: "limited", filename: "a.png", contentType: "image/png" };
  const token = tokenFor(user);
  const ticket = await askForTicket(server, token, { ...request, size: bytes.length });
  await put(ticket, bytes);
  const { body } = await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
  return { key: ticket.key, receipt: String(body["receipt"]) };
}

/** Hono's fetch handler on a port of Node.js. */
const SERVE_HONO = `
import { createServer } from "node:http";
import app from "./backend.mjs";
createServer(async (request, response) => {
  const chunks = await Array.fromAsync(request);
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined;
  const { method, headers, url } = request;
  const answer = await app.fetch(new Request("http://127.0.0.1" + url, { method, headers, body }));
  response.writeHead(answer.status).end(await answer.text());
}).listen(Number(process.env.PORT));
`;

interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Unpacks FastAPI and what it needs from packages of Debian. Nothing is installed. */
function unpackPython(): string {
  const packages = "python3-fastapi python3-uvicorn python3-jwt python3-cryptography";
  // Also those that some machines have: an answer that depends on the machine helps nobody.
  const others =
    "python3-starlette python3-pydantic python3-anyio python3-sniffio python3-idna python3-typing-extensions python3-h11 python3-click python3-asgiref python3-cffi-backend";
  const script = `
    set -euo pipefail
    [ -e "$0/.unpacked" ] && exit
    mkdir -p "$0/debs" && cd "$0/debs"
    apt-get -qq download ${packages} ${others}
    for deb in *.deb; do dpkg-deb -x "$deb" "$0/root"; done
    rm -rf "$0/debs" && touch "$0/.unpacked"`;
  execFileSync("bash", ["-c", script, DEBIAN], { stdio: "pipe" });
  return join(DEBIAN, "root/usr/lib/python3/dist-packages");
}

const BACKENDS: Readonly<Record<string, (at: string, port: number) => Start>> = {
  hono: (at) => {
    writeFileSync(join(at, "serve.mjs"), SERVE_HONO);
    return { command: process.execPath, args: ["serve.mjs"] };
  },
  express: () => ({ command: process.execPath, args: ["backend.mjs"] }),
  fastapi: (_, port) => ({
    command: "/usr/bin/python3",
    args: ["-m", "uvicorn", "backend:app", "--port", String(port)],
    env: { PYTHONPATH: unpackPython(), PYTHONDONTWRITEBYTECODE: "1" },
  }),
};

async function waitUntilUp(url: string, child: ChildProcess, printed: () => string) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    if (
      await fetch(`${url}/files`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`The backend does not answer: ${printed()}`);
    // oxlint-disable-next-line no-await-in-loop -- until it answers
    await new Promise((done) => setTimeout(done, 100));
  }
}

describe.for(Object.keys(BACKENDS))("the backend of docs/recipes/backend-%s.md", (name) => {
  let url: string;
  let child: ChildProcess | undefined;
  beforeAll(async () => {
    const at = join(folder, name);
    mkdirSync(at);
    const { file, text } = readFileOf(`docs/recipes/backend-${name}.md`);
    // Node.js strips no types below node_modules.
    const { code } = file.endsWith(".ts") ? transformSync(text, { loader: "ts" }) : { code: text };
    writeFileSync(join(at, file.replace(/\.ts$/, ".mjs")), code);
    const port = await findPort();
    const start = BACKENDS[name]?.(at, port);
    if (!start) throw new Error(`${name} is not known`);
    url = `http://127.0.0.1:${port}`;
    let printed = "";
    child = spawn(start.command, start.args, {
      cwd: at,
      env: {
        ...process.env,
        PORT: String(port),
        PRESIGNER_URL: server.url,
        WEBHOOK_SECRET: DEVELOPMENT_SECRETS.WEBHOOK_SECRET,
        ...start.env,
      },
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (chunk) => (printed += String(chunk)));
    await waitUntilUp(url, child, () => printed);
  }, 180_000);
  afterAll(() => void child?.kill());

  const send = async (receipt: string) => {
    const response = await fetch(`${url}/files`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ receipt }),
    });
    await response.text();
    return response.status;
  };
  const list = async () => (await (await fetch(`${url}/files`)).json()) as object[];
  const forward = async ({ headers, body }: Pick<Webhook, "headers" | "body">) => {
    const kept = Object.entries(headers).filter(([header]) =>
      /^(webhook-|content-type)/.test(header),
    );
    const response = await fetch(`${url}/webhooks/uploads`, {
      method: "POST",
      headers: kept.map(([header, value]) => [header, String(value)]),
      body,
    });
    return response.status;
  };
  const webhookOf = async (user: string, key: string) => {
    await expect
      .poll(() => webhooks.some((one) => one.user === user && one.body.includes(key)), {
        timeout: 20_000,
      })
      .toBe(true);
    const found = webhooks.find((one) => one.user === user && one.body.includes(key));
    if (!found) throw new Error("The webhook is gone");
    return found;
  };

  it("stores a file once, whether its receipt or its webhook comes first, and again", async () => {
    const first = await upload("alice");
    expect(await send(first.receipt)).toBe(201);
    expect(await forward(await webhookOf("alice", first.key))).toBe(204);
    const second = await upload("alice");
    expect(await forward(await webhookOf("alice", second.key))).toBe(204);
    expect(await send(second.receipt)).toBe(201);
    expect(await list()).toHaveLength(2);
    expect(await list()).toContainEqual({ user: "alice", key: first.key, size: 16 });
    expect(await list()).toContainEqual({ user: "alice", key: second.key, size: 16 });
  });

  it("refuses the receipt of another user, a changed one, and a token that is none", async () => {
    const before = await list();
    const { receipt } = await upload("mallory");
    expect(await send(receipt)).toBe(403);
    const [header = "", payload = "", signature = ""] = receipt.split(".");
    const claims = Buffer.from(payload, "base64url").toString().replace("mallory", "alice");
    const changed = Buffer.from(claims).toString("base64url");
    expect(await send([header, changed, signature].join("."))).toBe(400);
    expect(await send(tokenFor("alice"))).toBe(400);
    expect(await send("x")).toBe(400);
    expect(await list()).toEqual(before);
  });

  it("refuses a webhook with another body, without a signature, or from yesterday", async () => {
    const before = await list();
    const { key } = await upload("mallory");
    const { headers, body } = await webhookOf("mallory", key);
    const forged = body.replace('"mallory"', '"alice"');
    const { "webhook-signature": _, ...unsigned } = headers;
    const yesterday = String(Number(headers["webhook-timestamp"]) - 86_400);
    expect(await forward({ headers, body: forged })).toBe(401);
    expect(await forward({ headers: unsigned, body })).toBe(401);
    expect(await forward({ headers: { ...headers, "webhook-timestamp": yesterday }, body })).toBe(
      401,
    );
    expect(await list()).toEqual(before);
  });
});
