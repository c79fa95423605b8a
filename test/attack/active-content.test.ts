/**
 * Files that a browser runs when the store serves them: stored cross-site scripting.
 *
 * GHSA-ch8j-vr4r-qf6h (Plane: an SVG attachment from MinIO), next-s3-upload issue 19.
 */
import { describe, expect, it } from "vitest";
import { askForTicket, bytesOf, call, put } from "../e2e/support/server.ts";
import { BODY, DOCUMENT, alice, server } from "./support/attack.ts";
import { signCarelessly } from "./support/careless-signer.ts";

const PAGE = bytesOf("<script>alert(document.domain)</script>");

describe("a page", () => {
  it("is stored and served as one, where a careless signer leaves the type to the client", async () => {
    const key = "documents/alice/careless.html";
    const headers = { "content-type": "text/html" };
    await put({ url: await signCarelessly(server.store, key), method: "PUT", headers }, PAGE);
    const served = await fetch(await signCarelessly(server.store, key, { method: "GET" }));
    expect(served.headers.get("content-type")).toBe("text/html");
    expect(served.headers.get("content-disposition")).toBeNull();
    expect(await served.text()).toContain("<script>");
  });

  it.for([
    "text/html",
    "TEXT/HTML",
    "image/svg+xml",
    "application/xhtml+xml",
    "text/xml",
    "text/javascript1.5",
    "application/x-javascript",
    "multipart/related",
    "message/rfc822",
    "text/xsl",
    "application/hta",
  ])("of type %s is refused by a policy of any type", async (contentType) => {
    const answer = await call(server, alice, "POST", "/v1/uploads", { ...DOCUMENT, contentType });
    expect(answer).toMatchObject({ status: 415, body: { code: "type-not-allowed" } });
  });

  it.for([
    "text/html;charset=utf-8",
    " text/html",
    "text/html ",
    "text/plain, text/html",
    "*/*",
    "text/*",
    "text",
    "text/plain\r\nx: y",
  ])("is no type at all as %j", async (contentType) => {
    const answer = await call(server, alice, "POST", "/v1/uploads", { ...DOCUMENT, contentType });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
  });

  it.for([
    "x.html",
    "x.HTML",
    "x.html.",
    "x.html ",
    "x.html. .",
    ".html",
    "x.txt.svg",
    "x.xhtml",
    "x.js",
    "x.php",
  ])("cannot hide behind a plain type with the name %j", async (filename) => {
    for (const contentType of ["application/octet-stream", "text/plain"]) {
      const body = { ...DOCUMENT, contentType, filename };
      const answer = await call(server, alice, "POST", "/v1/uploads", body);
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
    }
  });

  it("cannot replace the type that was signed", async () => {
    const ticket = await askForTicket(server, alice, { ...DOCUMENT, size: PAGE.length });
    const headers = { "content-type": "text/html" };
    expect(await put(ticket, PAGE, { headers })).toMatchObject({ status: 403 });
    expect(await server.read(ticket.key)).toBeUndefined();
  });
});

describe("a download", () => {
  it("is an attachment unless it is asked for otherwise, and always where its name would run", async () => {
    const own = await askForTicket(server, alice, DOCUMENT);
    expect(await put(own, BODY)).toMatchObject({ status: 200 });
    const parametersOf = async (key: string) => {
      const body = { policy: "document", key, disposition: "inline" };
      const answer = await call(server, alice, "POST", "/v1/downloads", body);
      return new URL(String(answer.body["url"])).searchParams;
    };
    const page = await parametersOf(own.key.replace(/\.txt$/, ".html"));
    expect(page.get("response-content-disposition")).toMatch(/^attachment/);
    expect(page.get("response-content-type")).toBe("application/octet-stream");
    expect((await parametersOf(own.key)).get("response-content-disposition")).toMatch(/^inline/);
  });
});
