import { exports } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { prepare, requests, type Filled, type FuzzedRequest } from "../../fuzz/support/requests.ts";
import { ask, grant, restoreEnvironment } from "../support/development-worker.ts";
import {
  createStore,
  putParts,
  type CreatedUpload,
  type FakeStore,
} from "../support/fake-store.ts";
import { mintShared } from "../support/tokens.ts";

const NOW = Date.parse("2040-01-01T00:00:00Z");
const SIZE = 16 * 2 ** 20;
const RUNS = 300;

let store: FakeStore;
beforeEach(() => {
  store = createStore();
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) =>
    store.fetch(input as string, init ?? {}),
  );
});
afterEach(async () => {
  restoreEnvironment();
  await reset();
});

async function createUploads(): Promise<Filled> {
  const limited = await grant();
  const response = await ask("POST", "/v1/uploads", {
    body: { policy: "video", contentType: "video/mp4", size: SIZE },
  });
  const multipart = await response.json<CreatedUpload>();
  const token = await mintShared(DEVELOPMENT_SECRETS.AUTH_SECRET, {
    iss: "development",
    aud: "edge-presigner",
    sub: "alice",
    exp: NOW / 1000 + 3600,
  });
  return {
    id: limited.id,
    key: limited.key,
    "multipart-id": multipart.id,
    "multipart-key": multipart.key,
    token,
  };
}

/** The same under the policy with a quota, where a ledger is asked. */
function withQuota({ body, ...request }: FuzzedRequest): FuzzedRequest {
  if (typeof body !== "object" || body === null || !("policy" in body)) return { ...request, body };
  const limited = { policy: "limited", contentType: "image/png", filename: "a.png", size: 1000 };
  return { ...request, body: { ...body, ...limited, metadata: undefined } };
}

/** test/fuzz has the same in Node.js, with CPU time. Here the runtime and the ledger are the real ones. */
it("any bytes as a request get an answer below 500 from workerd and its ledgers", async () => {
  const filled = await createUploads();
  await fc.assert(
    fc.asyncProperty(requests, fc.boolean(), async (request, hasQuota) => {
      const asked = hasQuota ? withQuota(request) : request;
      const make = prepare(asked, filled, "http://localhost:8787");
      fc.pre(make !== undefined);
      putParts(store, SIZE);
      store.requests.length = 0;
      store.object = { "content-length": "1000", "content-type": "image/png", etag: '"x"' };
      const response = await exports.default.fetch(make());
      expect(response.status, await response.text()).toBeLessThan(500);
    }),
    { numRuns: RUNS },
  );
});
