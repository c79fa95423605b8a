import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  ask,
  complete,
  controlForEach,
  grant,
  isStored,
  ledgerOf,
  moveClock,
  putObject,
  rowsOf,
} from "../support/development-worker.ts";

const environment = controlForEach();

const EXPIRY_AND_GRACE = 20 * 60;
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const eventsOf = () =>
  environment.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const reservedOf = async () =>
  (await rowsOf("SELECT sum(reserved) AS sum FROM upload"))[0]?.["sum"];
const bytesOf = async () =>
  (await rowsOf("SELECT used FROM window WHERE counter = 'bytes'"))[0]?.["used"];

const PAGE = "<!doctype html><title>Under maintenance</title>";
const page = (status: number) =>
  new Response(PAGE, {
    status,
    headers: { "content-type": "text/html", "content-length": String(PAGE.length) },
  });

/** What comes in place of the store's answer. */
const FAULTS: readonly (readonly [name: string, answer: () => Response | Promise<Response>])[] = [
  ["is down", () => new Response(null, { status: 503 })],
  ["cuts the connection", async () => Promise.reject(new TypeError("Network connection lost"))],
  ["is slow", async () => Promise.reject(new DOMException("No answer", "TimeoutError"))],
  ["refuses the keys", () => new Response(null, { status: 403 })],
  ["redirects", () => Response.redirect("https://elsewhere.example/", 307)],
  ["is replaced by a page with status 200", () => page(200)],
  [
    "answers 200 without an ETag",
    () => new Response(null, { headers: { "content-length": "1000" } }),
  ],
];

describe("a store that fails", () => {
  it.for(FAULTS)(
    "%s: complete answers 502 and changes nothing, and works afterwards",
    async ([, answer]) => {
      const { id, key } = await grant(1000);
      await putObject(key, 1000);
      environment.store = answer;
      expect(await complete(id)).toMatchObject({
        status: 502,
        body: { code: "store-unavailable" },
      });
      expect(await reservedOf()).toBe(1000);
      environment.store = undefined;
      expect(await complete(id)).toMatchObject({ status: 200 });
      expect(await isStored(key)).toBe(true);
      await alarm();
      expect([eventsOf(), await bytesOf(), await reservedOf()]).toEqual([
        ["upload.completed"],
        1000,
        0,
      ]);
    },
  );

  it.for(FAULTS)("%s: the alarm waits, and settles the upload afterwards", async ([, answer]) => {
    const { key } = await grant(1000);
    await putObject(key, 1000);
    environment.store = answer;
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect([eventsOf(), await reservedOf()]).toEqual([[], 1000]);
    environment.store = undefined;
    moveClock(60);
    await evictDurableObject(ledgerOf());
    await ask("GET", "/v1/uploads");
    await alarm();
    await alarm();
    expect([eventsOf(), await bytesOf(), await reservedOf()]).toEqual([
      ["upload.completed"],
      1000,
      0,
    ]);
  });

  it.for(FAULTS)(
    "%s: abort keeps the bytes reserved, and releases them when it is asked again",
    async ([, answer]) => {
      const { id, key } = await grant(1000);
      await putObject(key, 1000);
      environment.store = answer;
      expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(202);
      expect(await reservedOf()).toBe(1000);
      environment.store = undefined;
      expect((await ask("DELETE", `/v1/uploads/${id}`)).status).toBe(204);
      expect([await reservedOf(), await isStored(key), await bytesOf()]).toEqual([
        0,
        false,
        undefined,
      ]);
    },
  );
});

it.for(["", "-1", "1e3", "12, 12"])("a length of %j does not reject an upload", async (length) => {
  const { id, key } = await grant(1000);
  await putObject(key, 1000);
  environment.store = () =>
    new Response(null, { headers: { "content-length": length, etag: '"a"' } });
  expect(await complete(id)).toMatchObject({ status: 502, body: { code: "store-unavailable" } });
  environment.store = undefined;
  expect(await complete(id)).toMatchObject({ status: 200 });
});

describe("an object to delete", () => {
  it.for([200, 403, 404])(
    "is not said to be gone by a proxy's page with status %i",
    async (status) => {
      const { key } = await (
        await ask("POST", "/v1/uploads", { body: { contentType: "image/png", size: 5 } })
      ).json<{ key: string }>();
      await putObject(key, 5);
      const remove = async () => ask("DELETE", "/v1/objects", { body: { policy: "photo", key } });
      environment.store = () => page(status);
      const refused = await remove();
      expect([refused.status, (await refused.json<{ code: string }>()).code]).toEqual([
        502,
        "store-unavailable",
      ]);
      environment.store = undefined;
      expect((await remove()).status).toBe(204);
      expect(await isStored(key)).toBe(false);
    },
  );
});
