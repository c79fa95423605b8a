import { runDurableObjectAlarm } from "cloudflare:test";
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from "jose";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { compileWebhook } from "../../../src/config/compile-proof.ts";
import { ErrorCollector } from "../../../src/config/errors.ts";
import { createDeliver } from "../../../src/ledger/webhook.ts";
import { controlForEach, ledgerOf, moveClock, putObject } from "../support/development-worker.ts";
import { startFailingWorker, type FailingWorker } from "../support/failing-ledger.ts";
import { ENV } from "../support/start-worker.ts";

const environment = controlForEach();

const eventsOf = () =>
  environment.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const create = async (worker: FailingWorker) =>
  (
    await worker.ask("POST", "/v1/uploads", {
      policy: "limited",
      contentType: "image/png",
      size: 1000,
    })
  ).json<{ id: string; key: string }>();
const complete = async (worker: FailingWorker, id: string) =>
  worker.ask("POST", `/v1/uploads/${id}/complete`);

const NEW_ID_SECRET = "another upload id secret of more than 32 characters";
/** The receipt key of other tests is the new one. */
const NEW_KEY = JSON.parse(ENV.RECEIPT_PRIVATE_KEY) as object;
const OLD_KEY = JSON.parse(DEVELOPMENT_SECRETS.RECEIPT_PRIVATE_KEY) as object;

describe("the secret of ids, rotated while tickets are out", () => {
  const rotated = {
    UPLOAD_ID_SECRET: NEW_ID_SECRET,
    UPLOAD_ID_SECRET_PREVIOUS: DEVELOPMENT_SECRETS.UPLOAD_ID_SECRET,
  };

  it("completes and aborts what was granted before and after", async () => {
    const old = [await create(startFailingWorker()), await create(startFailingWorker())] as const;
    const worker = startFailingWorker({
      secrets: {
        ...rotated,
        UPLOAD_ID_SECRET_ROTATED_AT: new Date(Date.now()).toISOString().replace(/\.\d{3}/, ""),
      },
    });
    moveClock(60);
    const later = await create(worker);
    for (const { id, key } of [old[0], later]) {
      await putObject(key, 1000);
      expect((await complete(worker, id)).status).toBe(200);
    }
    expect((await worker.ask("DELETE", `/v1/uploads/${old[1].id}`)).status).toBe(204);
  });

  it("without the previous one refuses old ids, and the alarm settles their uploads", async () => {
    const { id, key } = await create(startFailingWorker());
    await putObject(key, 1000);
    const worker = startFailingWorker({ secrets: { UPLOAD_ID_SECRET: NEW_ID_SECRET } });
    expect((await complete(worker, id)).status).toBe(404);
    // The list seals a new id.
    const { uploads } = await (
      await worker.ask("GET", "/v1/uploads")
    ).json<{ uploads: { id: string }[] }>();
    expect((await worker.ask("GET", `/v1/uploads/${uploads[0]?.id}`)).status).toBe(200);
    moveClock(20 * 60);
    await runDurableObjectAlarm(ledgerOf());
    expect(eventsOf()).toEqual(["upload.completed"]);
  });
});

it("a receipt of before a rotation is verified with the keys that are published after it", async () => {
  const receiptOf = async (worker: FailingWorker) => {
    const { id, key } = await create(worker);
    await putObject(key, 1000);
    return (await (await complete(worker, id)).json<{ receipt: string }>()).receipt;
  };
  const before = await receiptOf(startFailingWorker());
  const worker = startFailingWorker({
    secrets: { RECEIPT_PRIVATE_KEY: JSON.stringify({ keys: [NEW_KEY, OLD_KEY] }) },
  });
  const after = await receiptOf(worker);
  const published = await worker.ask("GET", "/.well-known/jwks.json");
  const keys = createLocalJWKSet(await published.json<JSONWebKeySet>());
  const currentDate = new Date(Date.now());
  const kids = await Promise.all(
    [before, after].map(
      async (receipt) => (await jwtVerify(receipt, keys, { currentDate })).protectedHeader.kid,
    ),
  );
  expect(new Set(kids).size).toBe(2);
});

it("a webhook during a rotation is verified with either secret", async () => {
  const [fresh, old] = [`whsec_${btoa("n".repeat(32))}`, DEVELOPMENT_SECRETS.WEBHOOK_SECRET];
  const errors = new ErrorCollector();
  const context = { env: { WEBHOOK_SECRET: `${fresh} ${old}` }, isLocal: false };
  const webhook = compileWebhook("https://hooks.example.com/", context, errors);
  if (!webhook) throw new Error("No webhook");
  const deliver = createDeliver(webhook, {
    now: () => Date.now(),
    fetch: async (url, init) => fetch(url, init),
    log: () => undefined,
  });
  expect(await deliver({ id: "a.completed", body: '{"type":"upload.completed"}' })).toBe(
    "accepted",
  );
  const [sent] = environment.delivered;
  for (const secret of [fresh, old])
    expect(
      new Webhook(secret).verify(sent?.body ?? "", Object.fromEntries(sent?.headers ?? [])),
    ).toEqual({ type: "upload.completed" });
});

it("a store's keys that no longer work keep uploads pending until the new ones are set", async () => {
  const fetchWith = async (url: string, init: RequestInit) =>
    new Headers(init.headers).get("authorization")?.includes("Credential=fresh/") === false
      ? new Response(null, { status: 403 })
      : fetch(url, init);
  const dependencies = { fetch: fetchWith };
  const revoked = startFailingWorker({ dependencies });
  const { id, key } = await create(revoked);
  await putObject(key, 1000);
  const refused = await complete(revoked, id);
  expect([refused.status, (await refused.json<{ code: string }>()).code]).toEqual([
    502,
    "store-unavailable",
  ]);
  expect(
    (await revoked.ask("DELETE", `/v1/objects`, { policy: "photo", key: "photos/alice/1.png" }))
      .status,
  ).toBe(503);
  const renewed = startFailingWorker({ dependencies, secrets: { LOCAL_ACCESS_KEY_ID: "fresh" } });
  expect((await complete(renewed, id)).status).toBe(200);
  expect((await complete(renewed, id)).status).toBe(200);
  await runDurableObjectAlarm(ledgerOf());
  expect(eventsOf()).toEqual(["upload.completed"]);
});
