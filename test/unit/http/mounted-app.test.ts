import { Hono } from "hono";
import { cors } from "hono/cors";
import { LinearRouter } from "hono/router/linear-router";
import { TrieRouter } from "hono/router/trie-router";
import { describe, expect, it } from "vitest";
import { createMountedApp, type MountedApp } from "../../../src/http/mounted-app.ts";
import { CONFIG, startWorker, tokenFor } from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
const VIDEO = {
  config: {
    ...CONFIG,
    policies: {
      ...CONFIG.policies,
      video: {
        store: "media",
        key: "videos/{user}/{id}.{ext}",
        types: ["video/*"],
        maxBytes: "5 GB",
        multipartFrom: "8 MiB",
      },
    },
  },
  dependencies: {
    fetch: async () =>
      new Response(
        "<InitiateMultipartUploadResult><UploadId>store-id</UploadId></InitiateMultipartUploadResult>",
      ),
  },
};

const appOf = (options: Parameters<typeof startWorker>[0] = {}): MountedApp =>
  createMountedApp(startWorker(options).worker.answer);

async function post(body: unknown, headers: object = {}): Promise<RequestInit> {
  return {
    method: "POST",
    headers: {
      authorization: `Bearer ${await tokenFor()}`,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

describe("an app that is mounted in another Hono app", () => {
  it.for(["/", "/uploads", "/uploads/", "/api/v1", "/s3", "/:tenant/files", "/t/:id{[0-9]+}"])(
    "answers below %s, with the whole path in the location",
    async (base) => {
      const app = new Hono().route(base, appOf());
      const prefix = base
        .replace(":tenant", "acme")
        .replace(":id{[0-9]+}", "42")
        .replace(/\/$/, "");
      const response = await app.request(`${prefix}/v1/uploads`, await post(PNG));
      const { id } = await response.json<{ id: string }>();
      expect(response.status).toBe(201);
      expect(response.headers.get("location")).toBe(`${prefix}/v1/uploads/${id}`);
      for (const path of ["/healthz", "/.well-known/jwks.json"])
        expect((await app.request(prefix + path)).status).toBe(200);
    },
  );

  it.for([new LinearRouter(), new TrieRouter(), undefined])(
    "answers Uppy's routes, also after the slash that Uppy 6 adds",
    async (router) => {
      const app = new Hono({ ...(router && { router }) } as object).route("/uploads", appOf());
      const token = await tokenFor();
      const query = "filename=a.png&type=image/png&metadata[policy]=photo&metadata[size]=5";
      for (const path of [
        "/s3/params",
        "//s3/params",
        `/uppy/${token}/s3/params`,
        `/uppy/${token}//s3/params`,
      ]) {
        const response = await app.request(`/uploads${path}?${query}`, {
          headers: {
            accept: "application/json",
            ...(!path.includes(token) && { authorization: `Bearer ${token}` }),
          },
        });
        expect([path, response.status]).toEqual([path, 200]);
      }
    },
  );

  it("gives Uppy 6 the whole path of what it does itself", async () => {
    const app = new Hono().route("/a/uploads", appOf(VIDEO));
    const request = {
      method: "POST",
      key: "a.mp4",
      contentType: "video/mp4",
      metadata: { policy: "video", size: 9_000_000 },
    };
    const response = await app.request("/a/uploads/s3/presign", await post(request));
    const { url, id, key } = await response.json<Record<"url" | "id" | "key", string>>();
    expect(url).toBe(`/a/uploads/s3/uploads/${id}?uploads&key=${encodeURIComponent(key)}`);
    const answer = await app.request(url, await post(""));
    expect(await answer.text()).toContain(`<UploadId>${id}</UploadId>`);
  });

  it("answers the guide's route", async () => {
    const app = new Hono().route("/uploads", appOf());
    const response = await app.request("/uploads/presigned-url?fileName=a.png&fileType=image/png", {
      headers: { authorization: `Bearer ${await tokenFor()}` },
    });
    expect(await response.json()).toHaveProperty("uploadURL");
  });

  it("leaves all other paths to the outer app, also those of routes that come later", async () => {
    const app = new Hono()
      .route("/", appOf())
      .get("/", (c) => c.text("home"))
      .get("/v1x", (c) => c.text("x"))
      .notFound((c) => c.text("outer 404", 404));
    expect(await (await app.request("/")).text()).toBe("home");
    expect(await (await app.request("/v1x")).text()).toBe("x");
    expect(await (await app.request("/none")).text()).toBe("outer 404");
  });

  it("runs the middleware of the outer app around it, and its error handler for the outer app's errors", async () => {
    const app = new Hono()
      .use(async (c, next) => {
        await next();
        c.header("x-outer", "yes");
      })
      .route("/uploads", appOf())
      .get("/throws", () => {
        throw new Error("outer");
      })
      .onError((error, c) => c.text(`handled ${error.message}`, 500));
    const refused = await app.request("/uploads/v1/uploads", { method: "POST" });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("x-outer")).toBe("yes");
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(await refused.json()).toMatchObject({ code: "unauthenticated" });
    expect(await (await app.request("/throws")).text()).toBe("handled outer");
  });

  it("names the whole path in a problem, as the client knows it", async () => {
    const app = new Hono().route("/uploads", appOf());
    const response = await app.request("/uploads/s3/none", {
      headers: { authorization: `Bearer ${await tokenFor()}` },
    });
    expect(await response.json()).toMatchObject({ detail: "There is no GET /uploads/s3/none" });
  });

  it("keeps the outer app's CORS, and still refuses pages of origins that are not in `origins`", async () => {
    const outer = cors({ origin: "*", allowHeaders: ["authorization"] });
    const app = new Hono().use(outer).route("/uploads", appOf());
    const ask = async (origin: string) =>
      app.request("/uploads/v1/uploads", await post(PNG, { origin }));
    const allowed = await ask("https://app.example.com");
    expect(allowed.status).toBe(201);
    expect(allowed.headers.get("access-control-allow-origin")).toBe("*");
    expect((await ask("https://evil.example")).status).toBe(403);
  });

  it("answers a preflight by itself where the outer app has no CORS", async () => {
    const app = new Hono().route("/uploads", appOf());
    const response = await app.request("/uploads/v1/uploads", {
      method: "OPTIONS",
      headers: { origin: "https://app.example.com", "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  });

  it("reads a body that a middleware of the outer app has read", async () => {
    const app = new Hono()
      .use(async (c, next) => {
        await c.req.json();
        await next();
      })
      .route("/uploads", appOf());
    expect((await app.request("/uploads/v1/uploads", await post(PNG))).status).toBe(201);
  });

  it("answers HEAD without creating an upload", async () => {
    const app = new Hono().route("/uploads", appOf());
    const response = await app.request("/uploads/presigned-url?fileType=image/png", {
      method: "HEAD",
      headers: { authorization: `Bearer ${await tokenFor()}` },
    });
    expect(response.status).toBe(404);
  });

  it("works where the outer app routes by host", async () => {
    const app = new Hono({
      getPath: (request) => request.url.replace(/^https?:\/([^?]+).*$/, "$1"),
    });
    app.route("/files.example.com/up", appOf());
    const response = await app.request("https://files.example.com/up/v1/uploads", await post(PNG));
    expect(response.headers.get("location")).toMatch(/^\/up\/v1\/uploads\//);
  });

  it("says that it is misconfigured, and the rest of the outer app works", async () => {
    const app = new Hono().route("/uploads", appOf({ env: {} })).get("/", (c) => c.text("home"));
    expect((await app.request("/uploads/v1/uploads", { method: "POST" })).status).toBe(503);
    expect(await (await app.request("/")).text()).toBe("home");
  });
});
