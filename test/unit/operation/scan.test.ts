import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import type { Tracing } from "../../../src/observe/tracing.ts";
import type { Dependencies } from "../../../src/service.ts";
import {
  ask,
  controlForEach,
  moveClock,
  putFile,
  readFile,
  rowsOf,
} from "../support/development-worker.ts";
import { startFailingWorker, type FailingWorker } from "../support/failing-ledger.ts";

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);
const SCANNER_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
const NEW_SECRET = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4";

const environment = controlForEach();

const URL_OF_SCANNER = "https://scanner.example.com/scan?tenant=1";

function start(
  scanner: object = { url: URL_OF_SCANNER },
  secrets: object = {},
  options: { readonly config?: object; readonly dependencies?: Partial<Dependencies> } = {},
): FailingWorker {
  const checked = { ...development.policies.checked, quarantine: { scanner } };
  return startFailingWorker({
    config: { ...development, policies: { ...development.policies, checked }, ...options.config },
    secrets: { SCANNER_SECRET, ...secrets },
    dependencies: options.dependencies ?? {},
  });
}

interface Granted {
  readonly id: string;
  readonly key: string;
}

async function send(bytes: Uint8Array = PNG): Promise<Granted> {
  const body = { policy: "checked", contentType: "image/png", size: bytes.length };
  const granted = await (await ask("POST", "/v1/uploads", { body })).json<Granted>();
  await putFile(`pending/${granted.key}`, bytes);
  return granted;
}

const complete = async (worker: FailingWorker, { id }: Granted) =>
  worker.ask("POST", `/v1/uploads/${id}/complete`);

interface Asked {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  readonly contentType: string;
  readonly etag: string;
}
const asked = (index = 0) => JSON.parse(environment.delivered[index]?.body ?? "{}") as Asked;
/** What a scanner answers that was asked for this object. */
const answer =
  (fields: object, status = 200) =>
  () =>
    Response.json(
      { verdict: "clean", etag: asked(environment.delivered.length - 1).etag, ...fields },
      { status },
    );

describe("a scanner", () => {
  it("gets a signed request with a URL of the pending object, and no key", async () => {
    environment.receiver = answer({});
    const granted = await send();
    expect((await complete(start(), granted)).status).toBe(200);
    expect(environment.delivered).toHaveLength(1);
    const [{ headers, body } = { headers: new Headers(), body: "" }] = environment.delivered;
    const { method, url, etag, ...rest } = asked();
    const [row] = await rowsOf("SELECT id FROM upload");
    expect(rest).toEqual({
      id: row?.["id"],
      headers: { "if-match": `"${etag}"` },
      size: PNG.length,
      contentType: "image/png",
    });
    expect(method).toBe("GET");
    const { pathname, searchParams } = new URL(url);
    expect(pathname).toBe(`/cdn-cgi/local/r2/s3/uploads/pending/${granted.key}`);
    expect(searchParams.get("X-Amz-Expires")).toBe("300");
    expect(searchParams.get("X-Amz-SignedHeaders")).toBe("host;if-match");
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("webhook-id")).toBe(`${rest.id}.scan`);
    expect(() =>
      new Webhook(SCANNER_SECRET).verify(body, Object.fromEntries(headers)),
    ).not.toThrow();
    expect(() => new Webhook(NEW_SECRET).verify(body, Object.fromEntries(headers))).toThrow(
      "No matching signature found",
    );
  });

  it("gets a signature of each secret during a rotation", async () => {
    environment.receiver = answer({});
    const worker = start(undefined, { SCANNER_SECRET: `${NEW_SECRET} ${SCANNER_SECRET}` });
    await complete(worker, await send());
    const [{ headers, body } = { headers: new Headers(), body: "" }] = environment.delivered;
    for (const secret of [NEW_SECRET, SCANNER_SECRET])
      expect(() => new Webhook(secret).verify(body, Object.fromEntries(headers))).not.toThrow();
  });

  it("is not asked about a file that its first bytes already reject", async () => {
    const granted = await send(new TextEncoder().encode("<html>"));
    expect((await complete(start(), granted)).status).toBe(422);
    expect(environment.delivered).toEqual([]);
  });

  it.for([
    [{ verdict: "infected", reason: "Eicar-Test-Signature" }, "scanner: Eicar-Test-Signature"],
    [{ verdict: "infected" }, "scanner: infected"],
    [{ verdict: "infected", reason: "x".repeat(201) }, "scanner: infected"],
    [{ verdict: "infected", reason: "a\nb" }, "scanner: infected"],
    [{ verdict: "infected", reason: { a: 1 } }, "scanner: infected"],
  ] as const)("rejects with %j", async ([fields, reason]) => {
    environment.receiver = answer(fields);
    const granted = await send();
    const response = await complete(start(), granted);
    expect(response.status).toBe(422);
    const { detail, upload } = await response.json<Record<string, string>>();
    expect([upload, detail]).toEqual(["rejected", expect.stringContaining(reason) as string]);
    expect(await readFile(granted.key)).toBeUndefined();
    expect((await readFile(`pending/${granted.key}`))?.length ?? 0).toBe(0);
  });

  it.for([
    ["another status", answer({}, 201)],
    ["an error", answer({ verdict: "infected" }, 500)],
    ["a redirect", () => Response.redirect("https://scanner.example.com/ok", 302)],
    ["another ETag", answer({ etag: "00000000000000000000000000000000" })],
    ["no ETag", answer({ etag: undefined })],
    ["another verdict", answer({ verdict: "probably" })],
    ["no verdict", answer({ verdict: undefined })],
    ["a verdict of another type", answer({ verdict: ["clean"] })],
    ["text", () => new Response("clean")],
    ["nothing", () => new Response(null)],
    ["too much", () => new Response(`{"verdict":"clean","etag":"${" ".repeat(16_384)}"}`)],
    ["what is not UTF-8", () => new Response(Uint8Array.from([0xff, 0xfe]))],
    ["no answer", async () => Promise.reject(new Error("Network connection lost"))],
  ] as const)("that answers %s promotes nothing, and rejects nothing", async ([, receiver]) => {
    environment.receiver = receiver;
    const worker = start();
    const granted = await send();
    const response = await complete(worker, granted);
    expect([response.status, response.headers.get("retry-after")]).toEqual([202, "15"]);
    expect(worker.log.join()).toContain("scanner-failed");
    expect(worker.log.join()).not.toContain("X-Amz-");
    expect(await readFile(granted.key)).toBeUndefined();
    expect(await rowsOf("SELECT status, result -> '$.holder' AS holder FROM upload")).toEqual([
      { status: "pending", holder: null },
    ]);
    environment.receiver = answer({});
    expect((await complete(worker, granted)).status).toBe(200);
    expect(await readFile(granted.key)).toEqual(PNG);
  });

  it("that is asked about one file says nothing of the one that replaced it", async () => {
    const worker = start();
    const granted = await send();
    environment.receiver = async () => {
      await putFile(`pending/${granted.key}`, Uint8Array.from([...PNG.subarray(0, 11), 14]));
      return answer({})();
    };
    expect((await complete(worker, granted)).status).toBe(502);
    expect(await readFile(granted.key)).toBeUndefined();
  });

  it("is asked by the alarm some time later, as it gave no verdict", async () => {
    environment.receiver = () => new Response(null, { status: 503 });
    const granted = await send();
    await complete(start(), granted);
    const [row] = await rowsOf("SELECT due_ms FROM upload");
    const waitMs = Number(row?.["due_ms"]) - Date.now();
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThan(120_000);
  });
});

describe("a scanner behind a service binding", () => {
  it("gets the same request", async () => {
    const requests: Request[] = [];
    const SCANNER = {
      fetch: async (url: string, init: RequestInit) => {
        const request = new Request(url, init);
        requests.push(request.clone());
        const { etag } = await request.json<Asked>();
        return Response.json({ verdict: "clean", etag });
      },
    };
    const granted = await send();
    const response = await complete(start({ binding: "SCANNER" }, { SCANNER }), granted);
    expect(response.status).toBe(200);
    const [request] = requests;
    const body = (await request?.text()) ?? "";
    const headers = Object.fromEntries(request?.headers ?? []);
    expect(() => new Webhook(SCANNER_SECRET).verify(body, headers)).not.toThrow();
    expect(environment.delivered).toEqual([]);
  });

  it("that wrangler.toml does not have makes the Worker answer nothing", async () => {
    const worker = start({ binding: "SCANNER" });
    const response = await worker.ask("GET", "/v1/policies");
    expect(response.status).toBe(503);
    expect(worker.log.join()).toContain(
      'add SCANNER: it is the scanner of the policy \\"checked\\"',
    );
  });
});

describe("the wait for a scanner", () => {
  it("is in the line of its request, apart from that for the store", async () => {
    environment.receiver = () => {
      moveClock(3);
      return answer({})();
    };
    const worker = start(undefined, {}, { config: { logging: { requests: "all" } } });
    expect((await complete(worker, await send())).status).toBe(200);
    const lines = worker.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ event }) => event === "request")).toMatchObject([
      { policy: "checked", scannerMs: 3000, storeMs: 0, totalMs: 3000 },
    ]);
  });

  it("is a span of its trace, which has failed without a verdict", async () => {
    environment.receiver = () => new Response(null, { status: 503 });
    const spans: string[] = [];
    const tracing: Tracing = {
      getActiveSpan: () => ({ isTraced: true, setAttributes: () => undefined }),
      enterSpan: async (name, work) => {
        spans.push(name);
        return work({ setStatus: ({ code }) => spans.push(`${name}: ${code}`) });
      },
    };
    const worker = start(undefined, {}, { config: { traces: true }, dependencies: { tracing } });
    expect((await complete(worker, await send())).status).toBe(202);
    expect(spans.filter((name) => name.startsWith("scanner"))).toEqual([
      "scanner checked",
      "scanner checked: error",
    ]);
  });
});
