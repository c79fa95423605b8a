/** The baseline: the framework, one route and a constant answer. */
import { Hono } from "hono";

const app = new Hono();
app.get("/", (c) => c.text("ok"));

// oxlint-disable-next-line import/no-default-export -- the entry of a Worker
export default app;
