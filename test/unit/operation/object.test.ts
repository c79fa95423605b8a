import { describe, expect, it } from "vitest";
import { aws, defineConfig, r2 } from "../../../src/define.ts";
import {
  ACCOUNT,
  CONFIG as BASE,
  ENV,
  startWorker,
  type TestWorker,
} from "../support/start-worker.ts";
import {
  at,
  createStore,
  expectProblem,
  refused,
  send,
  status,
  type FakeStore,
} from "../support/fake-store.ts";

const CONFIG = defineConfig({
  origins: BASE.origins,
  issuers: BASE.issuers,
  stores: {
    media: aws({ region: "ap-northeast-2", bucket: "acme-media" }),
    europe: r2({ account: ACCOUNT, bucket: "acme-europe", jurisdiction: "eu" }),
  },
  defaultPolicy: "photo",
  policies: {
    photo: {
      store: "media",
      key: "photos/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "10 MB",
      expiresIn: "2 min",
      download: true,
      delete: true,
    },
    document: {
      store: "media",
      key: "documents/{user}/{id}/{name}",
      types: ["*/*"],
      maxBytes: "10 MB",
      download: true,
      delete: true,
    },
    scan: {
      store: "media",
      key: "scans/{user}/{id}",
      types: ["application/pdf"],
      maxBytes: "1 MB",
      download: true,
    },
    drawing: {
      store: "media",
      key: "drawings/{user}/{id}.{ext}",
      types: ["image/png", "image/svg+xml"],
      maxBytes: "1 MB",
      download: true,
    },
    avatar: {
      store: "media",
      key: "avatars/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "1 MB",
    },
    tenant: {
      store: "media",
      key: "tenants/{claim.tenant}/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "1 MB",
      download: true,
      delete: true,
    },
    residence: {
      store: { EU: "europe", default: "media" },
      key: "residence/{user}/{id}.{ext}",
      types: ["image/png"],
      maxBytes: "1 MB",
      download: true,
      delete: true,
    },
  },
});

const READING = {
  MEDIA_READ_ACCESS_KEY_ID: "AKIDREAD",
  MEDIA_READ_SECRET_ACCESS_KEY: "media-read-secret-access-key",
} as const;

interface Setting {
  readonly store: FakeStore;
  readonly worker: TestWorker;
}

function start(env: object = {}): Setting {
  const store = createStore();
  const dependencies = { fetch: store.fetch };
  return { store, worker: startWorker({ config: CONFIG, env: { ...ENV, ...env }, dependencies }) };
}

interface RequestOptions {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly cf?: Readonly<Record<string, string>>;
}

const download = async (worker: TestWorker, body: unknown, options: RequestOptions = {}) =>
  send(worker, "POST", "/v1/downloads", { body, ...options });
const remove = async (worker: TestWorker, body: unknown, options: RequestOptions = {}) =>
  send(worker, "DELETE", "/v1/objects", { body, ...options });

/** The ticket's URL. */
async function urlFor(body: object, options: RequestOptions = {}, env: object = {}): Promise<URL> {
  const response = await download(start(env).worker, body, options);
  expect(response.status).toBe(200);
  return new URL((await response.json<{ url: string }>()).url);
}

const signerOf = (headers: Headers) =>
  /Credential=(\w+)/.exec(headers.get("authorization") ?? "")?.[1];

const PHOTO = { policy: "photo", key: "photos/alice/1.png" };
const photoKey = (name: string) => ({ policy: "photo", key: `photos/alice/${name}` });
const documentKey = (name: string) => ({ policy: "document", key: `documents/alice/1/${name}` });

describe("a ticket to read", () => {
  it("is for the one object, for as long as the policy's tickets are", async () => {
    const { store, worker } = start();
    const response = await download(worker, PHOTO);
    expect(response.status).toBe(200);
    const body = await response.json<{ url: string }>();
    expect(body).toEqual({
      policy: "photo",
      key: "photos/alice/1.png",
      method: "GET",
      url: expect.any(String) as string,
      headers: {},
      expiresIn: 120,
      expiresAt: "2026-11-22T07:02:00Z",
    });
    const { origin, pathname, searchParams } = new URL(body.url);
    expect(origin + pathname).toBe(
      "https://acme-media.s3.ap-northeast-2.amazonaws.com/photos/alice/1.png",
    );
    expect(Object.fromEntries(searchParams)).toEqual({
      "response-content-disposition": "attachment; filename=1.png",
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": "AKIDMEDIA/20261122/ap-northeast-2/s3/aws4_request",
      "X-Amz-Date": "20261122T070000Z",
      "X-Amz-Expires": "120",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(store.requests).toEqual([]);
  });

  it("is for HEAD where that is asked for, with another signature than for GET", async () => {
    const { worker } = start();
    const head = await (
      await download(worker, { ...PHOTO, method: "HEAD" })
    ).json<{ method: string; url: string }>();
    const get = await (await download(worker, PHOTO)).json<{ url: string }>();
    expect(head.method).toBe("HEAD");
    expect(new URL(head.url).searchParams.get("X-Amz-Signature")).not.toBe(
      new URL(get.url).searchParams.get("X-Amz-Signature"),
    );
  });

  it("is for the default policy where none is named", async () => {
    expect((await urlFor({ key: PHOTO.key })).pathname).toBe("/photos/alice/1.png");
  });

  it("is signed with the reading key where there is one", async () => {
    const { searchParams } = await urlFor(PHOTO, {}, READING);
    expect(searchParams.get("X-Amz-Credential")).toMatch(/^AKIDREAD\//);
  });

  it("encodes the key", async () => {
    const { pathname } = await urlFor(documentKey("여행 (1)+#?.txt"));
    expect(pathname).toBe("/documents/alice/1/%EC%97%AC%ED%96%89%20%281%29%2B%23%3F.txt");
  });

  it.for([
    ["여행.png", `attachment; filename="??.png"; filename*=UTF-8''%EC%97%AC%ED%96%89.png`],
    ['a "b" \\c.png', String.raw`attachment; filename="a \"b\" \\c.png"`],
    ["a;b=c.png", 'attachment; filename="a;b=c.png"'],
    ["50%25.png", "attachment; filename=50%25.png; filename*=UTF-8''50%2525.png"],
    ["🎉.png", `attachment; filename="??.png"; filename*=UTF-8''%F0%9F%8E%89.png`],
  ] as const)("saves as %s where that is asked for (RFC 8187)", async ([filename, disposition]) => {
    const { searchParams } = await urlFor({ ...PHOTO, filename });
    expect(searchParams.get("response-content-disposition")).toBe(disposition);
  });

  it("saves as the key's own name where none is asked for", async () => {
    const { searchParams } = await urlFor(documentKey("여행.txt"));
    expect(searchParams.get("response-content-disposition")).toBe(
      `attachment; filename="??.txt"; filename*=UTF-8''%EC%97%AC%ED%96%89.txt`,
    );
  });

  it("is shown inline where that is asked for and nothing would run it", async () => {
    const { searchParams } = await urlFor({ ...PHOTO, disposition: "inline" });
    expect(searchParams.get("response-content-disposition")).toBe("inline; filename=1.png");
  });

  it.for([
    ["photo", "photos/alice/1.png", "image/png"],
    ["document", "documents/alice/1/a.JPG", "image/jpeg"],
    ["document", "documents/alice/1/a.txt", "text/plain"],
    ["document", "documents/alice/1/a.mp4", "video/mp4"],
    ["document", "documents/alice/1/a.mp3", "audio/mpeg"],
    ["document", "documents/alice/1/a.pdf", "application/pdf"],
    ["scan", "scans/alice/1", "application/pdf"],
  ] as const)("is shown inline as the type of its key, whatever is stored: %s %s", async (row) => {
    const [policy, key, type] = row;
    const { searchParams } = await urlFor({ policy, key, disposition: "inline" });
    expect(searchParams.get("response-content-type")).toBe(type);
    expect(searchParams.get("response-content-disposition")).toMatch(/^inline/);
  });

  it.for([
    ["has no extension", documentKey("a")],
    ["has an extension that nothing is known of", documentKey("a.xyz")],
    ["has an extension of another type than the policy's", photoKey("1.txt")],
    ["has an extension of a feed", documentKey("a.rss")],
    ["has an extension of a map", documentKey("a.kml")],
  ] as const)("is an attachment where the object %s", async ([, object]) => {
    const { searchParams } = await urlFor({ ...object, disposition: "inline" });
    expect(searchParams.get("response-content-disposition")).toMatch(/^attachment/);
  });

  it.for([
    ["has html's extension", documentKey("a.html")],
    ["has html's extension in upper case", documentKey("a.HTML")],
    ["has html's extension and a dot", documentKey("a.html.")],
    ["has html's extension and dots", documentKey("a.html. .")],
    ["has html's extension and a space", documentKey("a.html ")],
    ["has html's extension and a wide space", documentKey("a.html\u3000")],
    ["has html's extension alone", documentKey(".html")],
    ["has svg's extension", photoKey("1.svg")],
    ["is of a policy with svg", { policy: "drawing", key: "drawings/alice/1.png" }],
  ] as const)("is never shown inline where the object %s", async ([, object]) => {
    const name = object.key.split("/").at(-1) ?? "";
    for (const filename of [undefined, "a.png"]) {
      const { searchParams } = await urlFor({ ...object, disposition: "inline", filename });
      const disposition = searchParams.get("response-content-disposition") ?? "";
      expect(disposition.replaceAll('"', "").split("; filename*")[0]).toBe(
        `attachment; filename=${(filename ?? name).replace("\u3000", "?")}`,
      );
      expect(searchParams.get("response-content-type")).toBe("application/octet-stream");
    }
  });

  it.for([
    ["a field too many", { ...PHOTO, size: 5 }, "/size"],
    ["no key", { policy: "photo" }, "/key"],
    ["an empty key", { key: "" }, "/key"],
    ["a method that writes", { ...PHOTO, method: "PUT" }, "/method"],
    ["another disposition", { ...PHOTO, disposition: "form-data" }, "/disposition"],
    ["a name of two lines", { ...PHOTO, filename: "a\r\nb: c" }, "/filename"],
    ["a name of half a character", { ...PHOTO, filename: "a\uD800.png" }, "/filename"],
    ["a name too long", { ...PHOTO, filename: "a".repeat(256) }, "/filename"],
    ["a text", "photos/alice/1.png", ""],
  ] as const)("is refused with %s", async ([, body, pointer]) => {
    const { worker } = start();
    await expectProblem(await download(worker, body), 422, "invalid-request", at(pointer));
  });

  it("is refused where the policy gives none", async () => {
    const { worker } = start();
    const response = await download(worker, { policy: "avatar", key: "avatars/alice/1.png" });
    await expectProblem(response, 403, "forbidden");
  });
});

describe("an object to delete", () => {
  it("is gone", async () => {
    const { store, worker } = start();
    store.object = { "content-length": "5" };
    const response = await remove(worker, PHOTO);
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(store.object).toBeUndefined();
    const { method, url, headers } = store.single("DeleteObject");
    expect(`${method} ${url.href}`).toBe(
      "DELETE https://acme-media.s3.ap-northeast-2.amazonaws.com/photos/alice/1.png",
    );
    expect(headers.get("authorization")).toContain(
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date,",
    );
  });

  it("may be gone already", async () => {
    const { store, worker } = start();
    store.scripts.DeleteObject = () => refused("NoSuchKey", 404);
    expect((await remove(worker, PHOTO)).status).toBe(204);
  });

  it("is deleted with the reading key, and with the writing one where that may not", async () => {
    const { store, worker } = start(READING);
    expect((await remove(worker, PHOTO)).status).toBe(204);
    expect(store.requests.map(({ headers }) => signerOf(headers))).toEqual(["AKIDREAD"]);
    store.requests.length = 0;
    store.scripts.DeleteObject = ({ headers }) =>
      signerOf(headers) === "AKIDREAD" ? refused("AccessDenied", 403) : status(204);
    expect((await remove(worker, PHOTO)).status).toBe(204);
    expect(store.requests.map(({ headers }) => signerOf(headers))).toEqual([
      "AKIDREAD",
      "AKIDMEDIA",
    ]);
  });

  it("stays where neither key may, and the answer says so", async () => {
    const { store, worker } = start(READING);
    store.scripts.DeleteObject = () => refused("AccessDenied", 403);
    await expectProblem(await remove(worker, PHOTO), 503, "misconfigured");
    expect(store.count("DeleteObject")).toBe(2);
  });

  it.for([
    ["fails", () => status(500)],
    ["is slow", () => refused("SlowDown", 503)],
    [
      "redirects",
      () => new Response(null, { status: 301, headers: { location: "https://e.example" } }),
    ],
    ["is away", async () => Promise.reject(new TypeError("Connection refused"))],
  ] as const)("stays where the store %s", async ([, script]) => {
    const { store, worker } = start();
    store.scripts.DeleteObject = script;
    await expectProblem(await remove(worker, PHOTO), 502, "store-unavailable");
  });

  it("stays where the policy lets nobody delete", async () => {
    const { store, worker } = start();
    const response = await remove(worker, { policy: "drawing", key: "drawings/alice/1.png" });
    await expectProblem(response, 403, "forbidden");
    expect(store.requests).toEqual([]);
  });

  it("needs a body, and no field that is not known", async () => {
    const { worker } = start();
    await expectProblem(await send(worker, "DELETE", "/v1/objects"), 400, "bad-request");
    const response = await remove(worker, { ...PHOTO, method: "HEAD" });
    await expectProblem(response, 422, "invalid-request", at("/method"));
  });
});

/** Both ways to an object, which a key opens or does not. */
const WAYS = [
  ["read", download],
  ["deleted", remove],
] as const;

describe.for(WAYS)("what is %s", ([, use]) => {
  it.for([
    ["is another user's", "photo", "photos/bob/1.png"],
    ["starts like the user", "photo", "photos/alice2/1.png"],
    ["belongs to a user whose id is the start of this one", "photo", "photos/alic/1.png"],
    ["is the user in upper case", "photo", "photos/Alice/1.png"],
    ["leads elsewhere", "photo", "photos/alice/../bob/1.png"],
    ["leads back", "photo", "photos/bob/../alice/1.png"],
    ["ends with dots", "document", "documents/alice/1/.."],
    ["has a dot for a folder", "document", "documents/alice/./a.txt"],
    ["has dots for an id", "document", "documents/alice/../a.txt"],
    ["has an empty folder", "document", "documents/alice//a.txt"],
    ["starts with a slash", "photo", "/photos/alice/1.png"],
    ["is a folder", "photo", "photos/alice/"],
    ["is not as deep as the policy's", "photo", "photos/1.png"],
    ["is deeper than the policy's", "photo", "photos/alice/a/1.png"],
    ["goes on after the policy's", "photo", "photos/alice/1.png/2.png"],
    ["has no extension", "photo", "photos/alice/1"],
    ["is in another policy's folder", "photo", "documents/alice/1/a.txt"],
    ["is in a folder that starts like the policy's", "photo", "photos2/alice/1.png"],
    ["has a pattern's letters", "photo", "photos/.*/1.png"],
    ["has a backslash", "document", String.raw`documents/alice/1\..\..\bob/a.txt`],
    ["has a second line", "photo", "photos/alice/1.png\n"],
    ["has a null", "document", "documents/alice/1/a\u0000.txt"],
    ["has half a character", "document", "documents/alice/1/a\uD800.txt"],
    [
      "is in another form of Unicode",
      "document",
      `documents/alice/1/${"여행.txt".normalize("NFD")}`,
    ],
    ["is too long", "document", `documents/alice/1/${"a".repeat(1024)}`],
  ] as const)("has no key that %s", async ([, policy, key]) => {
    const { store, worker } = start();
    await expectProblem(await use(worker, { policy, key }), 403, "key-outside-prefix");
    expect(store.requests).toEqual([]);
  });

  it("may have dots, and percent signs that mean nothing", async () => {
    const { worker } = start();
    const response = await use(worker, documentKey("..%2f..%2fbob..txt"));
    expect(response.ok).toBe(true);
  });

  it("has u1's prefix for u1, and never u10's", async () => {
    const { worker } = start();
    const claims = { sub: "u1" };
    const own = await use(worker, { policy: "photo", key: "photos/u1/1.png" }, { claims });
    expect(own.ok).toBe(true);
    const other = await use(worker, { policy: "photo", key: "photos/u10/1.png" }, { claims });
    await expectProblem(other, 403, "key-outside-prefix");
  });

  it("has the prefix of a user whose id is no text for a path", async () => {
    const { worker } = start();
    const claims = { sub: "auth0|../bob" };
    const own = "photos/auth0.7c.2e.2e.2fbob/1.png";
    expect((await use(worker, { policy: "photo", key: own }, { claims })).ok).toBe(true);
    const other = { policy: "photo", key: "photos/auth0|../bob/1.png" };
    await expectProblem(await use(worker, other, { claims }), 403, "key-outside-prefix");
  });

  it("has the claims of the token in its key", async () => {
    const { worker } = start();
    const object = { policy: "tenant", key: "tenants/acme/alice/1.png" };
    expect((await use(worker, object, { claims: { tenant: "acme" } })).ok).toBe(true);
    await expectProblem(
      await use(worker, object, { claims: { tenant: "other" } }),
      403,
      "key-outside-prefix",
    );
    await expectProblem(await use(worker, object), 403, "forbidden");
  });

  it.for(["off", "all"] as const)(
    "is its user's also without the claim that says whose the quota is: requests %s",
    async (requests) => {
      const store = createStore();
      const team = {
        ...CONFIG.policies.photo,
        quota: { pending: 2 },
        quotaFor: "{claim.team}" as const,
      };
      const worker = startWorker({
        config: { ...CONFIG, policies: { ...CONFIG.policies, photo: team }, logging: { requests } },
        dependencies: { fetch: store.fetch },
      });
      store.object = { "content-length": "5", etag: '"e"' };
      expect((await use(worker, PHOTO)).ok).toBe(true);
    },
  );

  it("is of a policy that there is, and that the token is for", async () => {
    const { worker } = start();
    await expectProblem(await use(worker, { ...PHOTO, policy: "x" }), 404, "policy-not-found");
    const restricted = { claims: { policies: ["document"] } };
    await expectProblem(await use(worker, PHOTO, restricted), 403, "forbidden");
    expect((await use(worker, documentKey("a.txt"), restricted)).ok).toBe(true);
  });

  it("has the one key that the token is for", async () => {
    const { worker } = start();
    const claims = { key: PHOTO.key };
    expect((await use(worker, PHOTO, { claims })).ok).toBe(true);
    for (const key of ["photos/alice/2.png", "photos/alice/1.png.png"]) {
      const response = await use(worker, { policy: "photo", key }, { claims });
      await expectProblem(response, 403, "key-outside-prefix");
    }
  });

  it("has a key under the prefix that the token is for", async () => {
    const { worker } = start();
    const claims = { key: "documents/alice/1/" };
    expect((await use(worker, documentKey("a.txt"), { claims })).ok).toBe(true);
    const other = { policy: "document", key: "documents/alice/10/a.txt" };
    await expectProblem(await use(worker, other, { claims }), 403, "key-outside-prefix");
  });

  it("has no key that only the token names", async () => {
    const { worker } = start();
    const key = "photos/bob/1.png";
    const response = await use(worker, { policy: "photo", key }, { claims: { key } });
    await expectProblem(response, 403, "key-outside-prefix");
  });

  it("is for nobody without a token", async () => {
    const [method, path] = use === download ? ["POST", "/v1/downloads"] : ["DELETE", "/v1/objects"];
    const response = await start().worker.fetch(path, { method, body: JSON.stringify(PHOTO) });
    await expectProblem(response, 401, "unauthenticated");
  });
});

describe("an object of a policy with several stores", () => {
  const OBJECT = { policy: "residence", key: "residence/alice/1.png" };
  const MEDIA = "acme-media.s3.ap-northeast-2.amazonaws.com";
  const EUROPE = `${ACCOUNT}.eu.r2.cloudflarestorage.com`;
  const KOREAN = { cf: { country: "KR", continent: "AS" } };
  const FRENCH = { cf: { country: "FR", continent: "EU", isEUCountry: "1" } };

  function startWith(holders: readonly string[]): Setting {
    const setting = start(READING);
    setting.store.scripts.HeadObject = ({ url }) =>
      holders.includes(url.host)
        ? new Response(null, { headers: { "content-length": "5", etag: '"a"' } })
        : status(404);
    return setting;
  }

  it.for([
    ["the caller's own, where it is there", [MEDIA, EUROPE], KOREAN, MEDIA, [MEDIA]],
    ["the caller's own, in Europe too", [MEDIA, EUROPE], FRENCH, EUROPE, [EUROPE]],
    ["the other one, where it is there alone", [EUROPE], KOREAN, EUROPE, [MEDIA, EUROPE]],
    ["the other one, for a European too", [MEDIA], FRENCH, MEDIA, [EUROPE, MEDIA]],
    ["the caller's own, where it is nowhere", [], FRENCH, EUROPE, [EUROPE, MEDIA]],
  ] as const)("is read from %s", async ([, holders, options, host, asked]) => {
    const { store, worker } = startWith(holders);
    const { url } = await (await download(worker, OBJECT, options)).json<{ url: string }>();
    expect(new URL(url).host).toBe(host);
    expect(store.requests.map((one) => one.url.host)).toEqual(asked);
    expect(store.requests.every(({ operation }) => operation === "HeadObject")).toBe(true);
  });

  it("is looked for with the reading key", async () => {
    const { store, worker } = startWith([MEDIA]);
    await download(worker, OBJECT, KOREAN);
    expect(signerOf(store.single("HeadObject").headers)).toBe("AKIDREAD");
  });

  it("is deleted where it is", async () => {
    const { store, worker } = startWith([EUROPE]);
    expect((await remove(worker, OBJECT, KOREAN)).status).toBe(204);
    const { url } = store.single("DeleteObject");
    expect(url.host + url.pathname).toBe(`${EUROPE}/acme-europe/residence/alice/1.png`);
  });

  it("is neither read nor deleted where a store cannot tell", async () => {
    const { store, worker } = startWith([]);
    store.scripts.HeadObject = () => status(503);
    await expectProblem(await download(worker, OBJECT, KOREAN), 502, "store-unavailable");
    await expectProblem(await remove(worker, OBJECT, KOREAN), 502, "store-unavailable");
    expect(store.count("DeleteObject")).toBe(0);
  });
});

describe("rates of their own", () => {
  function startLimited(): TestWorker & { readonly keys: readonly string[] } {
    const keys: string[] = [];
    const RATE_LIMIT_CALLER = {
      async limit({ key }: { key: string }) {
        keys.push(key);
        return Promise.resolve({ success: !key.startsWith("downloads") });
      },
    };
    return { ...start({ RATE_LIMIT_CALLER }).worker, keys };
  }
  const caller = "https://backend.example.com alice";

  it.for([
    ["deletions", "DELETE", "/v1/objects"],
    ["downloads", "POST", "/v1/downloads"],
    ["parts", "POST", "/v1/uploads/x/parts"],
    ["parts", "GET", "/v1/uploads/x/parts"],
    ["completions", "POST", "/v1/uploads/x/complete"],
    ["completions", "POST", "/v1/uploads/batch/complete"],
  ] as const)("count %s once each: %s %s", async ([name, method, path]) => {
    const worker = startLimited();
    await send(worker, method, path, method === "GET" ? {} : { body: PHOTO });
    expect(worker.keys).toEqual([`${name} ${caller}`]);
  });

  it("refuse what is too much, and nothing else", async () => {
    const worker = startLimited();
    await expectProblem(await download(worker, PHOTO), 429, "rate-limited", { retryAfter: 60 });
    expect((await remove(worker, PHOTO)).status).toBe(204);
  });

  it("are not those of all else", async () => {
    const worker = startLimited();
    await send(worker, "POST", "/v1/uploads", { body: { contentType: "image/png", size: 5 } });
    await send(worker, "GET", "/v1/policies");
    expect(worker.keys).toEqual([caller, caller]);
  });
});
