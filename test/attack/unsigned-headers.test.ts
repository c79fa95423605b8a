/**
 * Headers that a ticket's holder adds, and headers that a client wants to have signed.
 *
 * CVE-2026-97731 (MinIO), CVE-2026-54330 (Ceph), CVE-2026-94368 (NooBaa), CVE-2026-115374 (Incus),
 * GHSA-xm99-m3gq-83g8 (RustFS), CVE-2026-97149 (Swift): an unsigned copy source turns a PUT into a copy.
 */
import { describe, expect, it } from "vitest";
import { askForTicket, call, put, type Ticket } from "../e2e/support/server.ts";
import {
  BODY,
  DOCUMENT,
  STORE,
  alice,
  outcomeAt,
  putVictim,
  server,
  type Outcome,
  type PerStore,
} from "./support/attack.ts";
import { signCarelessly } from "./support/careless-signer.ts";

interface Attack {
  readonly headers: (victim: string) => Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** A ticket that only signs the host, and one of the Worker. */
  readonly careless: PerStore<Outcome>;
  readonly ticket: PerStore<Outcome>;
}

const sourceOf = (key: string) => `/${server.store.bucket}/${encodeURI(key)}`;
const EMPTY = new Uint8Array();
const CUSTOMER_KEY = {
  "x-amz-server-side-encryption-customer-algorithm": "AES256",
  "x-amz-server-side-encryption-customer-key": Buffer.alloc(32, 1).toString("base64"),
  "x-amz-server-side-encryption-customer-key-md5": "0L6vOgnSrxhJZHcTJZPtmw==",
};
const NEXT_YEAR = new Date(Date.now() + 365 * 86_400_000).toISOString();
const everywhere = (outcome: Outcome): PerStore<Outcome> => ({
  embedded: outcome,
  ceph: outcome,
  swift: outcome,
});

/** Swift has no locks and no SSE-C: the object can be read and deleted like every other. */
const IGNORED_BY_SWIFT: PerStore<Outcome> = {
  embedded: "refused",
  ceph: "refused",
  swift: "stored",
};

/**
 * Where a ticket fares no better than the careless one, the store is the one that has to refuse:
 * docs/security.md, Copies and Signed headers.
 */
const ATTACKS: Readonly<Record<string, Attack>> = {
  "a copy source": {
    headers: (victim) => ({ "x-amz-copy-source": sourceOf(victim) }),
    careless: { embedded: "copied", ceph: "copied", swift: "refused" },
    ticket: { embedded: "refused", ceph: "copied", swift: "refused" },
  },
  "a copy source, without a body": {
    headers: (victim) => ({ "x-amz-copy-source": sourceOf(victim) }),
    body: EMPTY,
    careless: { embedded: "copied", ceph: "copied", swift: "refused" },
    ticket: everywhere("refused"),
  },
  "the copy source of a range": {
    headers: (victim) => ({
      "x-amz-copy-source": sourceOf(victim),
      "x-amz-copy-source-range": "bytes=0-4",
    }),
    careless: { embedded: "copied", ceph: "refused", swift: "refused" },
    ticket: everywhere("refused"),
  },
  "a copy source with underscores": {
    headers: (victim) => ({ x_amz_copy_source: sourceOf(victim) }),
    careless: { embedded: "stored", ceph: "copied", swift: "copied" },
    ticket: { embedded: "stored", ceph: "copied", swift: "copied" },
  },
  tags: {
    headers: () => ({ "x-amz-tagging": "role=owner" }),
    careless: { embedded: "refused", ceph: "stored", swift: "refused" },
    ticket: { embedded: "refused", ceph: "stored", swift: "refused" },
  },
  "a lock until next year": {
    headers: () => ({
      "x-amz-object-lock-mode": "COMPLIANCE",
      "x-amz-object-lock-retain-until-date": NEXT_YEAR,
    }),
    careless: IGNORED_BY_SWIFT,
    ticket: IGNORED_BY_SWIFT,
  },
  "a legal hold": {
    headers: () => ({ "x-amz-object-lock-legal-hold": "ON" }),
    careless: IGNORED_BY_SWIFT,
    ticket: IGNORED_BY_SWIFT,
  },
  "a key of its own to encrypt with (SSE-C)": {
    headers: () => CUSTOMER_KEY,
    careless: IGNORED_BY_SWIFT,
    ticket: IGNORED_BY_SWIFT,
  },
  "a storage class": {
    headers: () => ({ "x-amz-storage-class": "GLACIER" }),
    careless: everywhere("refused"),
    ticket: everywhere("refused"),
  },
  "a redirect": {
    headers: () => ({ "x-amz-website-redirect-location": "https://evil.example/" }),
    careless: { embedded: "refused", ceph: "stored", swift: "refused" },
    ticket: { embedded: "refused", ceph: "stored", swift: "refused" },
  },
  metadata: {
    headers: () => ({ "x-amz-meta-role": "owner" }),
    careless: { embedded: "changed", ceph: "changed", swift: "refused" },
    ticket: { embedded: "changed", ceph: "changed", swift: "refused" },
  },
  "aws-chunked, so that the store decodes the body": {
    headers: () => ({
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": "2",
    }),
    body: new TextEncoder().encode("2\r\nhi\r\n0\r\n\r\n"),
    careless: { embedded: "stored", ceph: "refused", swift: "refused" },
    ticket: { embedded: "stored", ceph: "refused", swift: "refused" },
  },
};

describe("a ticket's holder adds", () => {
  it.for(Object.entries(ATTACKS))(
    "and the store refuses it, or is known not to: %s",
    async ([name, attack]) => {
      const { headers, body = BODY, careless, ticket } = attack;
      const added = headers(await putVictim());
      const key = `documents/alice/careless/${encodeURIComponent(name)}`;
      const url = await signCarelessly(server.store, key);
      await put({ url, method: "PUT", headers: {} }, body, { headers: added });
      const own = await askForTicket(server, alice, DOCUMENT);
      await put(own, body, { headers: added });
      const outcomes = {
        careless: await outcomeAt(`documents/alice/careless/${name}`, body),
        ticket: await outcomeAt(own.key, body),
      };
      expect(outcomes).toEqual({ careless: careless[STORE], ticket: ticket[STORE] });
    },
  );
});

describe("metadata that was not granted", () => {
  it("is in no receipt: completion rejects what a store took", async () => {
    const ticket = await askForTicket(server, alice, DOCUMENT);
    await put(ticket, BODY, { headers: { "x-amz-meta-role": "owner" } });
    const path = `/v1/uploads/${ticket.id}/complete`;
    const { status, body } = await call(server, alice, "POST", path);
    expect([status, body["code"]]).toEqual([422, "verification-failed"]);
    expect(body).not.toHaveProperty("receipt");
  });
});

describe("an empty file", () => {
  it("is no way to a copy either, in one PUT or as a part", async () => {
    const added = { "x-amz-copy-source": sourceOf(await putVictim()) };
    const page = { policy: "page", filename: "empty.txt", contentType: "text/plain", size: 0 };
    const single = await askForTicket(server, alice, page);
    await put(single, EMPTY, { headers: added });
    const expected: Outcome = STORE === "ceph" ? "copied" : "refused";
    expect(await outcomeAt(single.key, EMPTY)).toBe(expected);
    const parts = await call(server, alice, "POST", "/v1/uploads", { ...page, multipart: true });
    expect(parts.status).toBe(201);
    const [part] = (parts.body["multipart"] as { readonly parts: readonly Ticket[] }).parts;
    const { text } = await put(part ?? single, EMPTY, { headers: added });
    expect(text.includes("CopyPartResult")).toBe(STORE === "ceph");
  });
});

describe("a client that wants other headers signed", () => {
  const WANTED = {
    "x-amz-copy-source": "/uploads/documents/bob/secret.txt",
    "x-amz-tagging": "role=owner",
    "x-amz-acl": "public-read",
    "content-encoding": "aws-chunked",
  };

  it("gets them from a signer that signs what it is told, and the store then accepts them", async () => {
    const victim = await putVictim();
    const headers = { "x-amz-copy-source": sourceOf(victim) };
    const url = await signCarelessly(server.store, "documents/alice/wanted", { headers });
    await put({ url, method: "PUT", headers }, EMPTY);
    expect(await outcomeAt("documents/alice/wanted", EMPTY)).toBe("copied");
  });

  it.for(["headers", "signedHeaders", "tags", "acl", "copySource", "x-amz-tagging"])(
    "is told that %s is not a field",
    async (field) => {
      const answer = await call(server, alice, "POST", "/v1/uploads", {
        ...DOCUMENT,
        [field]: WANTED,
      });
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
    },
  );

  it.for(Object.entries(WANTED))("cannot call it metadata: %s", async ([name, value]) => {
    const metadata = { [name]: value };
    const answer = await call(server, alice, "POST", "/v1/uploads", { ...DOCUMENT, metadata });
    expect(answer).toMatchObject({ status: 422, body: { code: "invalid-request" } });
    const uppy = await call(server, alice, "POST", "/s3/presign", {
      method: "PUT",
      key: "note.txt",
      contentType: "text/plain",
      filename: "note.txt",
      metadata: { policy: "document", size: 12, ...metadata },
    });
    expect(uppy.status).toBe(200);
    const { headers } = uppy.body as { headers: Record<string, string> };
    expect(Object.keys(headers)).not.toContain(name);
    expect(Object.keys(headers)).not.toContain(`x-amz-meta-${name}`);
  });
});
