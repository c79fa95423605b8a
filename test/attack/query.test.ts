/**
 * Parameters of a ticket's URL: added, repeated, or taken from another ticket.
 *
 * aws4fetch signs the first of two parameters of one name and sends both; what the AWS SDK moves from
 * the headers into the query is looked at by no store that was measured (aws-sdk-go-v2 issue 2610).
 */
import { describe, expect, it } from "vitest";
import { askForTicket, bytesOf, call, put, type Ticket } from "../e2e/support/server.ts";
import { can } from "../e2e/support/store.ts";
import { BODY, DOCUMENT, STORE, alice, bob, putVictim, server } from "./support/attack.ts";
import { signCarelessly } from "./support/careless-signer.ts";

const KNOWN = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-Signature",
  "X-Amz-SignedHeaders",
];

describe("parameters in a key", () => {
  it("make a careless signer sign another operation: the list of everybody's objects", async () => {
    const victim = await putVictim();
    const url = await signCarelessly(server.store, "?list-type=2&prefix=documents/bob/", {
      method: "GET",
    });
    const response = await fetch(url);
    expect(await response.text()).toContain(victim);
  });

  it("are part of the name", async () => {
    const filename = "a.txt?uploads&list-type=2#x";
    const ticket = await askForTicket(server, alice, { ...DOCUMENT, filename: `${filename}.txt` });
    const { searchParams, hash } = new URL(ticket.url);
    expect([...searchParams.keys()].toSorted()).toEqual(KNOWN);
    expect(hash).toBe("");
    expect(ticket.key).toMatch(/\?uploads&list-type=2#x\.txt$/);
  });
});

describe("limits in the query", () => {
  it("limit nothing, where a careless signer puts them there", async () => {
    const query = `&Content-Length=${BODY.length}&x-amz-checksum-sha256=${"A".repeat(43)}%3D`;
    const url = await signCarelessly(server.store, "documents/alice/hoisted", { query });
    const long = bytesOf("much longer than twelve bytes");
    expect(await put({ url, method: "PUT", headers: {} }, long)).toMatchObject({ status: 200 });
  });

  it("are headers in a ticket, and its query has nothing but the signature", async () => {
    const ticket = await askForTicket(server, alice, {
      ...DOCUMENT,
      metadata: { album: "mine" },
      checksum: { algorithm: "md5", value: "AAAAAAAAAAAAAAAAAAAAAA==" },
    });
    const { searchParams } = new URL(ticket.url);
    expect([...searchParams.keys()].toSorted()).toEqual(KNOWN);
    const signed = searchParams.get("X-Amz-SignedHeaders")?.split(";") ?? [];
    const guard = STORE === "embedded" ? ["x-amz-copy-source"] : [];
    const sent = [...Object.keys(ticket.headers), "content-length", "host", ...guard];
    expect(signed.toSorted()).toEqual(sent.toSorted());
  });
});

/** Each would change something if the store read it, and did not look whether it was signed. */
const ADDED = [
  "x-amz-copy-source=%2Fuploads%2Fdocuments%2Fbob%2Fsecret.txt",
  "x-amz-acl=public-read",
  "x-amz-meta-role=owner",
  "x-amz-tagging=role%3Downer",
  "uploads",
  "uploadId=x&partNumber=1",
  "acl",
  "tagging",
  "versionId=1",
  "AWSAccessKeyId=x&Signature=y&Expires=9999999999",
  "response-content-type=text%2Fhtml",
];
/** Each is in the URL already, with another value. */
const REPEATED = [
  "X-Amz-Expires=604800",
  "%58-Amz-Expires=604800",
  "x-amz-expires=604800",
  "X-Amz-Date=NOW",
  "X-Amz-Expires=604800&X-Amz-Date=NOW",
  "X-Amz-SignedHeaders=host",
];
const formatNow = () => new Date().toISOString().replaceAll(/[:-]|\.\d{3}/g, "");

const placesOf = (url: string, added: string) => {
  const text = added.replace("NOW", formatNow());
  return [`${url}&${text}`, url.replace("?", `?${text}&`)];
};

describe("a parameter that is added to a ticket is refused", () => {
  it.for(ADDED)("at the end and at the start: %s", async (added) => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    for (const url of placesOf(ticket.url, added)) {
      const { status } = await put(ticket, BODY, { url });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(await server.read(ticket.key)).toBeUndefined();
    }
    expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
  });

  it.for(REPEATED)("or changes nothing where it comes twice: %s", async (added) => {
    const hourAgo = new Date(Date.now() - 3_600_000);
    const key = "documents/alice/expired";
    const options = { now: hourAgo, expiresInSeconds: 60 };
    const expired = await signCarelessly(server.store, key, options);
    for (const url of placesOf(expired, added)) {
      const { status } = await put({ url, method: "PUT", headers: {} }, BODY);
      expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(await server.read(key)).toBeUndefined();
    const ticket = await askForTicket(server, alice, DOCUMENT);
    for (const url of placesOf(ticket.url, added)) {
      // Signed for twelve bytes, and for plain text.
      expect((await put(ticket, bytesOf("thirteen byte"), { url })).status).toBeGreaterThan(399);
      const headers = { "content-type": "text/html" };
      expect((await put(ticket, BODY, { url, headers })).status).toBeGreaterThan(399);
    }
    expect(await server.read(ticket.key)).toBeUndefined();
  });

  it("and to a download, so that it cannot be turned into a page", async () => {
    const own = await askForTicket(server, alice, DOCUMENT);
    expect(await put(own, BODY)).toMatchObject({ status: 200 });
    const { body } = await call(server, alice, "POST", "/v1/downloads", {
      policy: "document",
      key: own.key,
    });
    for (const added of [
      "response-content-type=text%2Fhtml",
      "response-content-disposition=inline",
    ]) {
      const response = await fetch(`${String(body["url"])}&${added}`);
      await response.text();
      expect(response.status).toBe(403);
    }
    expect((await fetch(String(body["url"]))).status).toBe(200);
  });
});

interface Part extends Ticket {
  readonly contentLength: number;
}

interface InParts {
  readonly id: string;
  readonly parts: readonly Part[];
}

/** Two parts, the second of which is as long as `BODY`. */
async function begin(token: string): Promise<InParts> {
  const { status, body } = await call(server, token, "POST", "/v1/uploads", {
    policy: "video",
    filename: "a.mp4",
    contentType: "video/mp4",
    size: 8 * 2 ** 20 + BODY.length,
  });
  expect(status).toBe(201);
  const { parts } = body["multipart"] as Pick<InParts, "parts">;
  return { id: String(body["id"]), parts };
}

const beginParts = async (token: string) => (await begin(token)).parts;

function replace(url: string, other: string, name: string): string {
  const changed = new URL(url);
  changed.searchParams.set(name, new URL(other).searchParams.get(name) ?? "");
  return changed.href;
}

function remove(url: string, name: string): string {
  const changed = new URL(url);
  changed.searchParams.delete(name);
  return changed.href;
}

describe("the ticket of a part", () => {
  it("is refused with another number, another upload, another key, or without one of them", async () => {
    const [first, last] = await beginParts(alice);
    const [, foreign] = await beginParts(bob);
    if (!first || !last || !foreign) throw new Error("There were no parts");
    const forged = [
      replace(last.url, first.url, "partNumber"),
      replace(last.url, foreign.url, "uploadId"),
      remove(last.url, "partNumber"),
      remove(last.url, "uploadId"),
      remove(remove(last.url, "uploadId"), "partNumber"),
      last.url.replace(new URL(last.url).pathname, new URL(foreign.url).pathname),
    ];
    for (const url of forged) {
      const { status } = await put(last, BODY, { url });
      expect([400, 403, 405], url.split("?")[1]).toContain(status);
    }
    expect(await put(last, BODY)).toMatchObject({ status: 200 });
  });

  it("puts nothing into another upload where that comes beside its own", async () => {
    const [, last] = await beginParts(alice);
    const { id, parts } = await begin(bob);
    const foreign = new URL(parts[1]?.url ?? "").searchParams.get("uploadId") ?? "";
    const statuses: number[] = [];
    for (const url of placesOf(last?.url ?? "", `uploadId=${encodeURIComponent(foreign)}`))
      statuses.push((await put(last ?? { url, method: "PUT", headers: {} }, BODY, { url })).status);
    const { body } = await call(server, bob, "GET", `/v1/uploads/${id}/parts`);
    expect(body["done"]).toEqual([]);
    // Only a store that lists parts may accept it, so that it is known where the part went.
    expect(can("list-parts") || statuses.every((status) => status === 403)).toBe(true);
  });

  it("has the number and the length that the client chooses where a careless signer leaves them out", async () => {
    const [first] = await beginParts(alice);
    const { pathname, searchParams } = new URL(first?.url ?? "");
    const key = pathname.slice(server.store.basePath.length);
    const query = `&partNumber=2&uploadId=${encodeURIComponent(searchParams.get("uploadId") ?? "")}`;
    const url = await signCarelessly(server.store, key, { query });
    const ticket = { url, method: "PUT", headers: {} };
    expect(await put(ticket, bytesOf("any length"))).toMatchObject({ status: 200 });
  });
});
