import { describe, expect, it } from "vitest";
import {
  NOW,
  postUpload,
  startWorker,
  tokenFor,
  type TestWorker,
} from "../support/start-worker.ts";

const PNG = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };

const SECONDS = NOW / 1000;

async function send(
  worker: TestWorker,
  token: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return worker.fetch("/v1/uploads", {
    method: "POST",
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(PNG),
  });
}

describe("the id of an upload", () => {
  it("is sealed with a secret, and says nothing that the client does not know", async () => {
    const { id } = await (await postUpload(startWorker(), PNG)).json<{ id: string }>();
    const [header = "", payload = "", signature = ""] = id.split(".");
    const bytes = (text: string) =>
      Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const secret = new TextEncoder().encode(
      "an upload id secret of more than thirty-two characters",
    );
    const key = await crypto.subtle.importKey(
      "raw",
      secret,
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["verify"],
    );
    const input = new TextEncoder().encode(`${header}.${payload}`);
    expect(await crypto.subtle.verify("HMAC", key, bytes(signature), input)).toBe(true);
    expect(JSON.parse(new TextDecoder().decode(bytes(payload)))).toEqual({
      iss: "https://backend.example.com",
      sub: "alice",
      jti: "00000000-0000-4000-8000-000000000003",
      iat: SECONDS,
      exp: SECONDS + 300,
      policy: "photo",
      store: "media",
      key: "photos/alice/00000000-0000-4000-8000-000000000002.png",
      type: "image/png",
      size: 5,
      unique: true,
    });
  });
  it("is no bearer token", async () => {
    const worker = startWorker();
    const { id } = await (await postUpload(worker, PNG)).json<{ id: string }>();
    expect((await send(worker, id)).status).toBe(401);
    expect((await send(worker, await tokenFor())).status).toBe(201);
  });
});
