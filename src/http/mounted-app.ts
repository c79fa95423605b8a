/** The app that another Hono app mounts: `app.route("/uploads", presigner.app)`. */
import { basePath } from "hono/route";
import { Hono } from "hono/tiny";
import { getPath } from "hono/utils/url";
import { normalizePath, type App } from "./app.ts";

/** Everything that the Worker answers. All other paths below the base path stay those of the outer app. */
const PATHS = [
  "/v1/*",
  "/presigned-url",
  "/s3/*",
  "//s3/*",
  "/uppy/*",
  "/healthz",
  "/.well-known/jwks.json",
];

export type MountedApp = Hono;

/** Returns an app that hands each request on with its path below the base path, which may have parameters. */
export function createMountedApp(answer: App): MountedApp {
  const app = new Hono();
  for (const pattern of PATHS)
    app.all(pattern, async (c) => {
      const path = c.req.path.slice(basePath(c).replace(/\/$/, "").length);
      // The outer app may route by more than the path of the URL: by the host, say.
      const base = getPath(c.req.raw).slice(0, -path.length);
      return answer(await unreadRequest(c.req), {
        path: normalizePath(path),
        basePath: base,
        get variables() {
          return c.var;
        },
      });
    });
  return app;
}

/** Returns the request with its body, also where a middleware of the outer app has read it. */
async function unreadRequest(read: {
  readonly raw: Request;
  readonly arrayBuffer: () => Promise<ArrayBuffer>;
}): Promise<Request> {
  if (!read.raw.bodyUsed) return read.raw;
  const { method } = read.raw;
  return new Request(read.raw, { method, body: await read.arrayBuffer() });
}
