/** @better-upload/server in Hono as its quickstart has it: types and size are checked, nobody is authenticated. */
import { handleRequest, route, type Router } from "@better-upload/server";
import { custom } from "@better-upload/server/clients";
import { Hono } from "hono";
import { ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY } from "../identity.ts";

const router: Router = {
  // What `cloudflare()` makes. It would read `process.env`, which this Worker has not.
  client: custom({
    host: `${ACCOUNT}.r2.cloudflarestorage.com`,
    accessKeyId: ACCESS_KEY_ID,
    secretAccessKey: SECRET_ACCESS_KEY,
    region: "auto",
  }),
  bucketName: "media",
  routes: { photo: route({ fileTypes: ["image/*"], maxFileSize: 10_000_000 }) },
};

const app = new Hono();
app.post("/upload", async (c) => handleRequest(c.req.raw, router));

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default app;
