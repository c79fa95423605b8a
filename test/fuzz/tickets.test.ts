import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ceph } from "../../src/define.ts";
import { escapeXml } from "../../src/store/xml.ts";
import { MiB, createStore, send, xml, type CreatedUpload } from "../unit/support/fake-store.ts";
import { signWithSdk, type SignedPut, type SignedTicket } from "../unit/support/sign-with-sdk.ts";
import { CONFIG, ENV, postUpload, startWorker } from "../unit/support/start-worker.ts";
import { expectAlways } from "./support/expect-always.ts";
import { templates } from "./support/templates.ts";
import { anyJson, anyName, anyText, mostly } from "./support/texts.ts";

const USERS = mostly(
  fc.constantFrom("alice", "auth0|123", "한글", "..", "a/b", "u1", "~!*'()"),
  anyText,
);
const TYPES = ["application/octet-stream", "application/x-unknown", "image/png", "text/html"];

const KEYS = {
  accessKeyId: ENV.MEDIA_ACCESS_KEY_ID,
  secretAccessKey: ENV.MEDIA_SECRET_ACCESS_KEY,
};
const VIDEO = {
  store: "media",
  key: "videos/{user}/{id}.{ext}",
  types: ["video/*"],
  maxBytes: "5 GB",
  multipartFrom: "8 MiB",
};

const STORES = {
  media: CONFIG.stores["media"],
  path: ceph({
    endpoint: "https://s3.example.net:9443",
    region: "us-east-1",
    bucket: "acme.media",
  }),
  guarded: ceph({
    endpoint: "http://localhost:9000",
    region: "eu-1",
    bucket: "acme",
    copyGuard: "signed-empty",
  }),
};
const ADDRESSES: Readonly<Record<string, { readonly address: string; readonly region: string }>> = {
  media: {
    address: "https://acme-media.s3.ap-northeast-2.amazonaws.com/",
    region: "ap-northeast-2",
  },
  path: { address: "https://s3.example.net:9443/acme.media/", region: "us-east-1" },
  guarded: { address: "http://localhost:9000/acme/", region: "eu-1" },
};

const metadataValues = mostly(fc.string({ unit: "grapheme", minLength: 1 }), anyText);
const asked = fc.record({
  store: fc.constantFrom("media", "path", "guarded"),
  template: templates,
  user: USERS,
  claims: fc.record(
    {
      tenant: mostly(fc.constantFrom("acme", "b/c", 7), anyJson),
      org: mostly(fc.constant("한글"), anyJson),
      key: mostly(fc.constant(undefined), anyText),
    },
    { requiredKeys: ["tenant", "org"] },
  ),
  body: fc.record(
    {
      filename: anyName,
      contentType: mostly(fc.constantFrom(...TYPES), anyText),
      size: mostly(fc.integer({ min: 1, max: 1_000_000 }), anyJson),
      metadata: mostly(
        fc.record({ album: metadataValues, note: metadataValues }, { requiredKeys: [] }),
        anyJson,
      ),
      checksum: mostly(
        fc
          .uint8Array({ minLength: 16, maxLength: 16 })
          .map((bytes) => ({ algorithm: "md5", value: btoa(String.fromCharCode(...bytes)) })),
        anyJson,
      ),
    },
    { requiredKeys: ["filename", "contentType", "size"] },
  ),
});

function startWith({ store, template }: { store: string; template: string }) {
  const policy = {
    store,
    key: template,
    types: ["*/*", "text/html"],
    maxBytes: "1 MB",
    metadata: ["album", "note"],
    overwrite: true,
    ...(!template.split("/").includes("{user}") && { shared: true }),
  };
  const config = {
    ...CONFIG,
    stores: { [store]: STORES[store as keyof typeof STORES] },
    policies: { photo: policy },
    defaultPolicy: "photo",
  };
  const env = {
    ...ENV,
    PATH_ACCESS_KEY_ID: ENV.MEDIA_ACCESS_KEY_ID,
    PATH_SECRET_ACCESS_KEY: ENV.MEDIA_SECRET_ACCESS_KEY,
    GUARDED_ACCESS_KEY_ID: ENV.MEDIA_ACCESS_KEY_ID,
    GUARDED_SECRET_ACCESS_KEY: ENV.MEDIA_SECRET_ACCESS_KEY,
  };
  return startWorker({ config, env });
}

/** Percent-encodes every byte but the unreserved ones of RFC 3986 and the slash, without the service's own code. */
function percentEncode(key: string): string {
  return [...new TextEncoder().encode(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_.~/-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

/** The user as a segment of a key, without the service's own code. */
function segmentOf(user: string): string {
  return percentEncode(user)
    .replaceAll(/[.~/]/g, (character) => `.${character.charCodeAt(0).toString(16)}`)
    .replaceAll(/%(..)/g, (_, hex: string) => `.${hex.toLowerCase()}`);
}

const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
const multipart = fc.record({
  uploadId: fc.string({ unit: visible, minLength: 1 }),
  size: fc.integer({ min: 1, max: 200 * MiB }),
  filename: fc.oneof(anyName, anyText),
  disposition: fc.constantFrom("attachment", "inline"),
});

const sumOf = (parts: readonly { readonly contentLength: number }[]) =>
  parts.reduce((sum, { contentLength }) => sum + contentLength, 0);

async function expectSignature(ticket: SignedTicket): Promise<void> {
  expect(new URL(ticket.url).href).toBe(ticket.url);
  expect(Object.fromEntries(new URL(ticket.url).searchParams)).toEqual(
    await signWithSdk(ticket, { ...KEYS, region: "ap-northeast-2" }),
  );
}

describe("whatever is asked for", () => {
  it("is a problem, or a URL of the encoded key in the user's prefix that the AWS SDK signs alike", async () => {
    await expectAlways(
      fc.asyncProperty(asked, async ({ store, template, user, claims, body }) => {
        const worker = startWith({ store, template });
        // The first ticket of a signer is made by aws4fetch, and those after it by src/store/presign.ts.
        await postUpload(worker, body, { ...claims, sub: user });
        const response = await postUpload(worker, body, { ...claims, sub: user });
        if (response.status !== 201) {
          expect(response.headers.get("content-type")).toBe("application/problem+json");
          const { code } = await response.json<{ code: string }>();
          // A template that the configuration refuses is the only reason for a status of 5xx.
          if (code === "misconfigured") expect(worker.log[0]).toContain("policies.photo");
          else expect(response.status).toBeLessThan(500);
          return;
        }
        const ticket = await response.json<SignedPut>();
        const { address = "", region = "" } = ADDRESSES[store] ?? {};
        const [url] = ticket.url.split("?");
        expect(url).toBe(address + percentEncode(ticket.key));
        expect(new URL(ticket.url).href).toBe(ticket.url);
        const own = template.split("/").indexOf("{user}");
        if (own >= 0) expect(ticket.key.split("/")[own]).toBe(segmentOf(user));
        expect(ticket.contentLength).toBe(body.size);
        expect(Object.fromEntries(new URL(ticket.url).searchParams)).toEqual(
          await signWithSdk(ticket, { ...KEYS, region }),
        );
      }),
      400,
    );
  });

  it("is signed by the AWS SDK alike for each part, and for a download", async () => {
    const store = createStore();
    const worker = startWorker({
      config: {
        ...CONFIG,
        stores: { media: STORES.media },
        policies: { video: { ...VIDEO, download: true } },
        defaultPolicy: "video",
      },
      dependencies: { fetch: store.fetch },
    });
    await expectAlways(
      fc.asyncProperty(multipart, async ({ uploadId, size, filename, disposition }) => {
        store.requests.length = 0;
        store.scripts.CreateMultipartUpload = () =>
          xml("InitiateMultipartUploadResult", `<UploadId>${escapeXml(uploadId)}</UploadId>`);
        const body = { contentType: "video/mp4", size, multipart: true };
        const created = await send(worker, "POST", "/v1/uploads", { body });
        expect(created.status).toBe(201);
        const { key, multipart: started } = await created.json<CreatedUpload>();
        for (const part of started.parts) await expectSignature(part);
        expect(sumOf(started.parts)).toBe(size);

        const download = { body: { key, disposition, filename } };
        const downloaded = await send(worker, "POST", "/v1/downloads", download);
        const isRefused = downloaded.status === 422;
        expect(isRefused).toBe(
          Array.from(filename).length > 255 ||
            filename === "" ||
            /[\p{Cc}\p{Cf}\p{Cs}]/u.test(filename),
        );
        if (!isRefused) await expectSignature(await downloaded.json<SignedTicket>());
      }),
      150,
    );
  });
});
