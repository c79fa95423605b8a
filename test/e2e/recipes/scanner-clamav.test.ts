/** The scanner of docs/recipes/scanner-clamav.md, with a real clamd and the store of the tests. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EICAR, EICAR_NAME, findClamd, startClamd, type Clamd } from "../support/clamd.ts";
import { findPort } from "../support/find-port.ts";
import { readScannerFile, startScanner, type Scanner } from "../support/scanner.ts";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startFixture,
  startServer,
  tokenFor,
  type Server,
  type Ticket,
} from "../support/server.ts";

const SECRET = `whsec_${Buffer.alloc(32, "s").toString("base64")}`;
const KiB = 1024;
/** Sizes at which a test can be larger than each limit. */
const CONFIG = readScannerFile("clamd.conf")
  .replace("StreamMaxLength 512M", "StreamMaxLength 2M")
  .replace("MaxFileSize 512M", "MaxFileSize 1M");

const found = findClamd();
const reason = "missing" in found ? ` (left out: ${found.missing})` : "";
if (reason !== "") process.stderr.write(`the scanner with a real clamd${reason}\n`);

interface File {
  readonly id: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  readonly etag: string;
}

interface Sent {
  readonly secret?: string;
  readonly at?: Date;
}

/** Sends a request as the Worker signs it (by another library). */
async function ask(scanner: Scanner, file: File, { secret = SECRET, at = new Date() }: Sent = {}) {
  const body = JSON.stringify({ method: "GET", contentType: "image/png", ...file });
  const id = `${file.id}.scan`;
  const response = await fetch(scanner.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    },
    body,
  });
  return { status: response.status, body: (await response.json()) as object };
}

describe.skipIf(reason !== "")(`the scanner of docs/recipes/scanner-clamav.md${reason}`, () => {
  let server: Server;
  let clamd: Clamd;
  let client: S3Client;
  let scanner: Scanner;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    if ("missing" in found) throw new Error(found.missing);
    [server, clamd] = await Promise.all([startServer(), startClamd(found, { lines: CONFIG })]);
    const { origin, basePath, bucket, region, accessKeyId, secretAccessKey } = server.store;
    client = new S3Client({
      endpoint: origin + basePath.slice(0, -`/${bucket}/`.length),
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
    env = { SCANNER_SECRET: SECRET, STORE_ORIGINS: origin, CLAMD: `127.0.0.1:${clamd.port}` };
    scanner = await startScanner({ env });
  }, 180_000);
  afterAll(async () => {
    await Promise.all([server.close(), clamd.close(), scanner.close()]);
  });

  let files = 0;
  const store = async (Body: string | Uint8Array, Key = `scan/${files}`): Promise<File> => {
    files += 1;
    const Bucket = server.store.bucket;
    const { ETag = "" } = await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    const headers = { "if-match": ETag };
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key, IfMatch: ETag }), {
      unhoistableHeaders: new Set(["if-match"]),
      signableHeaders: new Set(["if-match", "host"]),
    });
    const size = Buffer.from(Body).length;
    return { id: crypto.randomUUID(), url, headers, size, etag: ETag.replaceAll('"', "") };
  };

  it("calls a harmless file clean, and an empty one", async () => {
    const harmless = await store("hello");
    expect(await ask(scanner, harmless)).toEqual({
      status: 200,
      body: { verdict: "clean", etag: harmless.etag },
    });
    expect(await ask(scanner, await store(""))).toMatchObject({ body: { verdict: "clean" } });
  });

  it("calls the EICAR test file infected, and says what was found", async () => {
    const file = await store(EICAR);
    expect(await ask(scanner, file)).toEqual({
      status: 200,
      body: { verdict: "infected", etag: file.etag, reason: EICAR_NAME },
    });
  });

  it("scans a file in many chunks", async () => {
    const file = await store(new Uint8Array(900 * KiB));
    expect(await ask(scanner, file)).toMatchObject({ status: 200, body: { verdict: "clean" } });
  });

  it("knows nothing of a file that is larger than clamd takes, or than MAX_BYTES", async () => {
    const file = await store(new Uint8Array(4096 * KiB));
    expect(await ask(scanner, file)).toMatchObject({ status: 503 });
    const small = await startScanner({ env: { ...env, MAX_BYTES: "4" } });
    const answer = await ask(small, await store("hello"));
    await small.close();
    expect(answer).toEqual({
      status: 503,
      body: { error: "The file has 5 bytes, more than MAX_BYTES" },
    });
  });

  it("calls a file infected that clamd does not scan to its end", async () => {
    const file = await store(new Uint8Array(1500 * KiB));
    expect(await ask(scanner, file)).toMatchObject({
      status: 200,
      body: { verdict: "infected", reason: "Heuristics.Limits.Exceeded.MaxFileSize" },
    });
  });

  it("knows nothing of an object that was replaced since", async () => {
    const file = await store("hello", "scan/replaced");
    await store(EICAR, "scan/replaced");
    expect(await ask(scanner, file)).toEqual({
      status: 409,
      body: { error: "The object was replaced" },
    });
  });

  it("compares the ETag itself, whatever the request signs", async () => {
    const file = await store("hello");
    const another = { ...file, etag: "0".repeat(32) };
    expect(await ask(scanner, another)).toMatchObject({ status: 409 });
  });

  it("refuses a request with another signature, an old one, and one without any", async () => {
    const file = await store("hello");
    const secret = `whsec_${Buffer.alloc(32, "x").toString("base64")}`;
    const refused = { status: 401, body: { error: "The signature is not valid" } };
    expect(await ask(scanner, file, { secret })).toEqual(refused);
    expect(await ask(scanner, file, { at: new Date(Date.now() - 310_000) })).toEqual(refused);
    const bare = await fetch(scanner.url, { method: "POST", body: JSON.stringify(file) });
    expect({ status: bare.status, body: (await bare.json()) as object }).toEqual(refused);
  });

  it("refuses a request that is too long to be one", async () => {
    const response = await fetch(scanner.url, { method: "POST", body: "x".repeat(65 * KiB) });
    expect(response.status).toBe(413);
  });

  it("says that clamd is down", async () => {
    const port = await findPort();
    const lonely = await startScanner({ env: { ...env, CLAMD: `127.0.0.1:${port}` } });
    const file = await store(EICAR);
    const down = await ask(lonely, file);
    await lonely.close();
    expect(down).toEqual({
      status: 503,
      body: { error: `connect ECONNREFUSED 127.0.0.1:${port}` },
    });
  });

  it("prints no URL and no signature", async () => {
    const file = await store("hello");
    await ask(scanner, file);
    expect(scanner.readLog()).toContain(`"id":"${file.id}.scan"`);
    expect(scanner.readLog()).not.toMatch(/https?:|X-Amz|v1,/);
  });

  describe("with a store that does as it likes", () => {
    let requests: string[] = [];
    let handle: RequestListener;
    let own: string;
    let liar: Scanner;
    const lying = createServer((request, response) => {
      requests.push(request.url ?? "");
      handle(request, response);
    });
    beforeAll(async () => {
      lying.listen(0, "127.0.0.1");
      await once(lying, "listening");
      const address = lying.address();
      if (!address || typeof address === "string") throw new Error("The store has no port");
      own = `http://127.0.0.1:${address.port}`;
      liar = await startScanner({
        env: { ...env, STORE_ORIGINS: `https://other.example, ${own}`, MAX_SCANS: "1" },
        change: (program) => program.replace("ANSWER_MS = 20_000", "ANSWER_MS = 500"),
      });
    });
    afterAll(async () => {
      lying.close();
      lying.closeAllConnections();
      await liar.close();
    });

    const fileOf = (size: number, etag = "e"): File => {
      requests = [];
      return { id: crypto.randomUUID(), url: `${own}/file`, headers: {}, size, etag };
    };

    it("asks no server but those of STORE_ORIGINS", async () => {
      handle = (_, response) => response.writeHead(200, { etag: '"e"' }).end("hello");
      const file = fileOf(5);
      expect(await ask(scanner, file)).toEqual({
        status: 403,
        body: { error: "The URL is not of a store in STORE_ORIGINS" },
      });
      expect(requests).toEqual([]);
      expect(await ask(liar, file)).toMatchObject({ status: 200 });
      expect(requests).toEqual(["/file"]);
    });

    it("follows no redirect", async () => {
      handle = (_, response) => response.writeHead(302, { location: `${own}/inside` }).end();
      const answer = await ask(liar, fileOf(5));
      expect(answer).toEqual({ status: 502, body: { error: "The store answered 302" } });
      expect(requests).toEqual(["/file"]);
    });

    it("knows nothing of a file that is longer or shorter than it should be", async () => {
      handle = (_, response) => response.writeHead(200, { etag: '"e"' }).end("hello");
      const error = (bytes: number) => ({
        status: 502,
        body: { error: `The store did not send ${bytes} bytes` },
      });
      expect(await ask(liar, fileOf(4))).toEqual(error(4));
      expect(await ask(liar, fileOf(6))).toEqual(error(6));
    });

    it("answers in time, and the next request gets the verdict of the same scan", async () => {
      let send = () => {};
      handle = (_, response) => {
        response.writeHead(200, { etag: '"e"' }).flushHeaders();
        send = () => response.end(EICAR);
      };
      const file = fileOf(EICAR.length);
      const late = {
        status: 503,
        body: { error: "The scan goes on: the next request gets its verdict" },
      };
      expect(await ask(liar, file)).toEqual(late);
      const another = { ...file, id: crypto.randomUUID() };
      expect(await ask(liar, another)).toEqual({
        status: 503,
        body: { error: "1 scans are running" },
      });
      send();
      await expect
        .poll(async () => ask(liar, file))
        .toMatchObject({ status: 200, body: { verdict: "infected", reason: EICAR_NAME } });
      expect(requests).toEqual(["/file"]);
    });
  });
});

describe.skipIf(reason !== "")(
  `an upload under quarantine, with clamd behind the scanner${reason}`,
  () => {
    let server: Server;
    let clamd: Clamd;
    let scanner: Scanner;
    beforeAll(async () => {
      if ("missing" in found) throw new Error(found.missing);
      const port = await findPort();
      const vars = { SCANNER_URL: `http://127.0.0.1:${port}/scan`, SCANNER_SECRET: SECRET };
      [server, clamd] = await Promise.all([
        startFixture(vars),
        startClamd(found, { lines: CONFIG }),
      ]);
      const env = {
        SCANNER_SECRET: SECRET,
        STORE_ORIGINS: server.url,
        CLAMD: `127.0.0.1:${clamd.port}`,
      };
      scanner = await startScanner({ env, port });
    }, 180_000);
    afterAll(async () => {
      await Promise.all([server.close(), clamd.close(), scanner.close()]);
    });

    const upload = async (content: string): Promise<Ticket> => {
      const bytes = bytesOf(content);
      const request = { policy: "scanned", filename: "a.txt", contentType: "text/plain" };
      const ticket = await askForTicket(server, tokenFor("ann"), {
        ...request,
        size: bytes.length,
      });
      expect(await put(ticket, bytes)).toMatchObject({ status: 200 });
      return ticket;
    };
    const complete = async ({ id }: Ticket) =>
      call(server, tokenFor("ann"), "POST", `/v1/uploads/${id}/complete`);
    const settled = async (ticket: Ticket) => {
      await expect
        .poll(async () => (await complete(ticket)).status, { timeout: 30_000 })
        .not.toBe(202);
      return complete(ticket);
    };

    it("is promoted if clamd finds nothing", async () => {
      const ticket = await upload("hello");
      expect(await settled(ticket)).toMatchObject({ status: 200, body: { status: "completed" } });
      expect(Buffer.from((await server.read(ticket.key))?.bytes ?? []).toString()).toBe("hello");
      expect(await server.read(`pending/${ticket.key}`)).toBeUndefined();
    });

    it("is rejected with what clamd finds, and is nowhere in the bucket", async () => {
      const ticket = await upload(EICAR);
      const rejected = await settled(ticket);
      expect(rejected).toMatchObject({ status: 422, body: { code: "verification-failed" } });
      expect(JSON.stringify(rejected.body)).toContain(`scanner: ${EICAR_NAME}`);
      expect(await server.read(ticket.key)).toBeUndefined();
      // Until the ticket ends an empty object keeps its place, so that nobody can store there again.
      expect((await server.read(`pending/${ticket.key}`))?.bytes ?? []).toHaveLength(0);
    });

    it("waits while clamd is down, and is rejected once it is up", async () => {
      if ("missing" in found) throw new Error(found.missing);
      await clamd.close();
      const ticket = await upload(EICAR);
      expect(await complete(ticket)).toMatchObject({ status: 202, body: { status: "pending" } });
      expect(await server.read(ticket.key)).toBeUndefined();
      clamd = await startClamd(found, { lines: CONFIG, port: clamd.port });
      expect(await settled(ticket)).toMatchObject({ status: 422 });
      expect(await server.read(ticket.key)).toBeUndefined();
    });
  },
);
