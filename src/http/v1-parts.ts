/** `/v1/uploads/{id}/parts`: tickets for parts, and which ones are there. Counted with a rate of their own. */
import { Hono } from "hono/tiny";
import * as z from "zod/mini";
import { identify, limitBody } from "./middleware.ts";
import { WINDOW } from "../grant/parts.ts";
import { findProgress, signParts } from "../operation/multipart.ts";
import { invalidRequest } from "../problem.ts";
import type { Service } from "../service.ts";
import type { Edge } from "./base.ts";
import { presentPart, presentProgress } from "./v1-response.ts";
import { parseAs, readJson } from "./parse.ts";

const partsRequest = z.strictObject({
  partNumbers: z
    .array(z.int().check(z.minimum(1), z.maximum(10_000)))
    .check(z.minLength(1), z.maxLength(WINDOW)),
  /** SHA-256 of each part in base64, for an upload with a checksum of its parts. */
  checksums: z.optional(
    z.record(
      z.string(),
      z.string().check(z.regex(/^[A-Za-z0-9+/]{43}=$/, "must be 32 bytes in base64")),
    ),
  ),
  background: z.optional(z.boolean()),
});

export function partRoutes(service: Service): Hono<Edge> {
  const app = new Hono<Edge>();
  app.use("/v1/uploads/:id/parts", identify(service, "parts"), limitBody());

  app.post("/v1/uploads/:id/parts", async (c) => {
    const body = parseAs(partsRequest, await readJson(c.req.raw));
    const { partNumbers, checksums = {}, background: isBackground } = body;
    if (new Set(partNumbers).size !== partNumbers.length) {
      throw invalidRequest({ pointer: "/partNumbers", detail: "must name each part once" });
    }
    const intents = partNumbers.map((partNumber) => ({
      partNumber,
      sha256: checksums[String(partNumber)],
      isBackground,
    }));
    const tickets = await signParts(service, c.get("caller"), c.req.param("id"), intents);
    return c.json({ parts: tickets.map(presentPart) });
  });

  app.get("/v1/uploads/:id/parts", async (c) =>
    c.json(presentProgress(await findProgress(service, c.get("caller"), c.req.param("id")))),
  );
  return app;
}
