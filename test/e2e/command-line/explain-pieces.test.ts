/** The pieces that people have of a failed request, whatever their form, and what is printed. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  FLAGS,
  HEADERS,
  KEY,
  MINIO,
  MISMATCH,
  ORIGIN,
  PATH,
  errorOf,
  signExample,
  type ExampleTicket,
} from "../support/example-ticket.ts";
import { explain, runExplain, signWithSdk } from "../support/run-explain.ts";

let ticket: ExampleTicket;
beforeAll(async () => {
  ticket = await signExample();
});

const causesOf = async (pieces: readonly string[], flags = FLAGS) =>
  (await explain(pieces, flags)).findings.map(({ cause }) => cause);

describe("edge-presigner explain works from the request alone, and names", () => {
  const put = (url: string, ...headers: readonly string[]) =>
    [`curl -X PUT -T a.png`, ...headers.map((header) => `-H '${header}'`), `'${url}'`].join(" ");
  const ALL = ["Content-Type: image/png", "If-None-Match: *"];

  it("a signed header that is not sent, an x-amz- header that is not signed, and a form's type", async () => {
    expect(await causesOf([put(ticket.url, "Content-Type: image/png"), MINIO])).toEqual([
      "header-not-sent",
    ]);
    expect(await causesOf([put(ticket.url, ...ALL, "x-amz-acl: public-read"), MINIO])).toEqual([
      "header-not-signed",
    ]);
    const form = `curl -X PUT -H 'If-None-Match: *' --data-binary @a.png '${ticket.url}'`;
    expect(await causesOf([form, MINIO])).toEqual(["content-type-default"]);
  });
  it("a type with a charset that was signed without, from the ticket and what the client was told", async () => {
    const options = JSON.stringify({
      method: "PUT",
      headers: { "Content-Type": "image/png;charset=UTF-8", "If-None-Match": "*" },
    });
    expect(await causesOf([JSON.stringify(ticket), options, MINIO])).toEqual([
      "content-type-parameters",
    ]);
  });
  it("a wrong secret where all is the same, and not where something else may be the reason", async () => {
    const whole = [...ALL, "Content-Length: 12"];
    const pieces = (...headers: readonly string[]) => [
      JSON.stringify(ticket),
      put(ticket.url, ...headers),
      MINIO,
    ];
    expect(await causesOf(pieces(...whole))).toEqual(["wrong-secret"]);
    expect(await causesOf(pieces(...whole, "x-amz-acl: public-read"))).toEqual([
      "header-not-signed",
    ]);
    expect(await causesOf(pieces(...ALL))).toEqual([]);
  });
  it("a raw ! that R2 does not take", async () => {
    const url = ticket.url
      .replace("a%20b%2Bc", "a!b")
      .replace("media.s3.eu-central-1.amazonaws.com", "account.r2.cloudflarestorage.com")
      .replace("eu-central-1", "auto");
    expect(await causesOf([url, errorOf(MISMATCH)])).toEqual(["key-not-encoded"]);
  });
  it("a custom domain of R2, and the bucket in the host on one side alone", async () => {
    const on = (host: string, path = PATH) =>
      ticket.url
        .replace("media.s3.eu-central-1.amazonaws.com", host)
        .replace(PATH, path)
        .replace("eu-central-1", "auto");
    const signed = on("account.r2.cloudflarestorage.com", `/media${PATH}`);
    expect((await causesOf([signed, put(on("files.acme.dev"), ...ALL)]))[0]).toBe("custom-domain");
    expect(
      await causesOf([signed, put(on("media.account.r2.cloudflarestorage.com"), ...ALL)]),
    ).toEqual(["addressing-differs"]);
  });
  it("a URL without quotes, one with &amp;, one that is cut, and a # in a key", async () => {
    expect(await causesOf([`curl -T a.png ${ticket.url}`])).toEqual(["url-cut-by-shell"]);
    expect(await causesOf([ticket.url.replaceAll("&", "&amp;")])).toEqual(["url-html-escaped"]);
    expect(await causesOf([ticket.url.slice(0, 200)])).toEqual(["url-cut"]);
    expect(await causesOf([ticket.url.replace("a%20b%2Bc", "a#b")])).toEqual(["url-cut-at-hash"]);
  });
  it("a stream in chunks, and a request without a length", async () => {
    expect(
      await causesOf([
        JSON.stringify(ticket),
        `curl -T - ${ALL.map((header) => `-H '${header}'`).join(" ")} '${ticket.url}'`,
      ]),
    ).toEqual(["body-chunked"]);
    expect(await causesOf([ticket.url], [...FLAGS, "--status", "411"])).toEqual([
      "length-required",
    ]);
  });
  it("an expiry by the store's clock, where its answer says nothing of it", async () => {
    const denied = errorOf({ Code: "AccessDenied", Message: "" });
    expect(
      await causesOf([ticket.url, denied], ["--date", "Sun, 22 Nov 2026 07:06:00 GMT"]),
    ).toEqual(["expired"]);
  });
  it("what a browser hides, and what the Worker refused", async () => {
    expect(await causesOf([JSON.stringify(ticket), "TypeError: Failed to fetch"])).toEqual([
      "cors",
    ]);
    expect(await causesOf([JSON.stringify(ticket)], [...FLAGS, "--status", "0"])).toEqual(["cors"]);
    const problem = {
      type: "about:blank",
      title: "Too large",
      status: 413,
      code: "too-large",
      detail: "at most 5 MB",
    };
    expect(await causesOf([JSON.stringify(problem)])).toEqual(["refused-by-worker"]);
  });
});

describe("edge-presigner explain reads", () => {
  it("what Chrome copies as cURL, with its quotes and line ends", async () => {
    const copied = [
      `curl '${ticket.url}' \\`,
      `  -X 'PUT' \\`,
      `  -H 'accept: */*' \\`,
      `  -H $'content-type: image/p\\u006eg; note=it\\'s' \\`,
      `  -H 'if-none-match: *' \\`,
      `  -H 'origin: http://localhost:3000' \\`,
      `  --data-raw $'\\u0089PNG\\r\\n'`,
    ].join("\n");
    expect((await explain([JSON.stringify(ticket), copied], FLAGS)).findings).toMatchObject([
      { cause: "content-type-parameters", sent: "content-type: image/png; note=it's" },
    ]);
  });
  it("what curl -v prints, with the answer's clock and XML", async () => {
    const { host, pathname, search } = new URL(ticket.url);
    const printed = [
      "*   Trying 192.0.2.1:443...",
      `> PUT ${pathname}${search} HTTP/1.1\r`,
      `> Host: ${host}\r`,
      "> Content-Type: image/png\r",
      "> If-None-Match: *\r",
      "> Content-Length: 13\r",
      "> \r",
      "} [13 bytes data]",
      "< HTTP/1.1 403 Forbidden\r",
      "< Date: Sun, 22 Nov 2026 07:01:00 GMT\r",
      "< \r",
      `${MINIO}* Connection #0 to host left intact`,
    ].join("\n");
    expect(await causesOf([JSON.stringify(ticket), printed], [])).toEqual(["length-differs"]);
  });
  it("the headers of a network panel, and the part of an answer that was sent", async () => {
    const part = await signWithSdk(ORIGIN, PATH, { "content-length": "5" }, KEY);
    const answer = {
      id: "x",
      multipart: {
        parts: [
          { ...ticket, partNumber: 1 },
          { ...part, partNumber: 2 },
        ],
      },
    };
    const panel = `Request URL\n${part.url}\nRequest Method\nPUT\nStatus Code\n403 Forbidden\n\nhost: ${new URL(ORIGIN).host}\ncontent-length: 6\n`;
    expect(await causesOf([JSON.stringify(answer), panel])).toEqual(["length-differs"]);
  });
  it("files, in any order, and says what it cannot read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "explain-"));
    const write = (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const files = [
      write("error.xml", MINIO),
      write("sent.txt", `curl -T a.png '${ticket.url}'`),
      write("ticket.json", JSON.stringify(ticket)),
    ];
    expect((await explain([], [...FLAGS, ...files])).findings).toMatchObject([
      { cause: "header-not-sent" },
    ]);
    const refused = [
      [write("other.txt", "good morning\n")],
      [join(folder, "none")],
      [write("cut.json", '{"url":')],
      [write("cut.txt", "curl 'http")],
      [write("large.txt", "x".repeat(2 ** 20 + 1))],
      ["--status", "many"],
    ];
    for (const args of refused) {
      const { status, stdout, stderr } = await runExplain([], args);
      expect({ status, stdout }, stderr).toEqual({ status: 2, stdout: "" });
      expect(stderr).not.toBe("");
    }
  });
});

describe("edge-presigner explain prints for people", () => {
  it("the cause, the line in two rows, and the fix; and what to add where it finds nothing", async () => {
    const { stdout, status } = await runExplain(
      [
        JSON.stringify(ticket),
        `curl -T a.png -H 'content-type: image/png; charset=utf-8' -H 'if-none-match: *' '${ticket.url}'`,
      ],
      FLAGS,
    );
    const lines = stdout.split("\n");
    expect(lines[0]).toContain("Content-Type was sent with a parameter");
    expect(stdout).toContain(
      "  signed  content-type: image/png\n  sent    content-type: image/png; charset=utf-8\n",
    );
    expect(status).toBe(0);
    const nothing = await runExplain([ticket.url, MINIO], FLAGS);
    expect(nothing).toMatchObject({ status: 1 });
    expect(nothing.stdout).toContain("curl -v");
  });
  it("no signature, session token or password, and nothing that commands a terminal", async () => {
    const secret = await signWithSdk(ORIGIN, PATH, HEADERS, {
      ...KEY,
      sessionToken: "a/session+token==",
    });
    const sent = `curl -T a.png -u me:my-password -H 'content-type: \u001b[31mred' -H 'x-amz-security-token: another-token' -H 'x-amz-meta-a: b' '${secret.url.replace(/X-Amz-Security-Token=[^&]*&?/, "")}'`;
    for (const flags of [FLAGS, [...FLAGS, "--json"]]) {
      const { stdout } = await runExplain([JSON.stringify(secret), sent, MINIO], flags);
      expect(stdout).toContain("X-Amz-Security-Token");
      for (const text of [
        "session+token",
        "session%2Btoken",
        "another-token",
        "my-password",
        "\u001b[31mred",
        String(new URL(secret.url).searchParams.get("X-Amz-Signature")),
      ]) {
        expect(stdout).not.toContain(text);
      }
    }
  });
});
