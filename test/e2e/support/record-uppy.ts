/** What Uppy asks for, and what it is answered: each of its routes once. */
import type { Asking, Exchange, Exchanges } from "./exchange.ts";

type Ask = (method: string, path: string, body?: unknown, asking?: Asking) => Promise<Exchange>;
interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}
type Send = (ticket: Signed, bytes?: Uint8Array<ArrayBuffer>) => Promise<Exchange>;

const MiB = 2 ** 20;
const SIZE = 5 * MiB + 5;
const fileUnder = (policy: string) => ({
  filename: "a.mp4",
  type: "video/mp4",
  metadata: { size: SIZE, policy },
});

interface Created {
  readonly uploadId: string;
  readonly key: string;
}

const createdOf = ({ answer }: Exchange) => answer.body as Created;
const signedOf = ({ answer }: Exchange) => answer.body as Signed;

/** By the names of their files. */
export async function recordUppy(ask: Ask, send: Send): Promise<Exchanges> {
  const create = async (policy = "clip") => {
    const created = await ask("POST", "/s3/multipart", fileUnder(policy));
    const { uploadId, key } = createdOf(created);
    const query = `key=${encodeURIComponent(key)}`;
    return { created, uploadId, key, path: `/s3/multipart/${uploadId}`, query };
  };
  const sendAll = async ({ path, query }: { readonly path: string; readonly query: string }) => {
    const first = await ask("GET", `${path}/1?${query}`);
    const second = await ask("GET", `${path}/2?${query}`);
    const sent = [
      await send(signedOf(first), new Uint8Array(5 * MiB)),
      await send(signedOf(second)),
    ];
    return { first, etags: sent.map(({ answer }) => answer.headers["etag"] ?? "") };
  };

  const one = await create();
  const { first, etags } = await sendAll(one);
  const batch = await ask("GET", `${one.path}/batch?${one.query}&partNumbers=1,2`);
  const parts = await ask("GET", `${one.path}?${one.query}`);
  const partsOf = (all: readonly string[]) => ({
    parts: all.map((ETag, index) => ({ PartNumber: index + 1, ETag })),
  });
  const completed = await ask("POST", `${one.path}/complete?${one.query}`, partsOf(etags));

  const scanned = await create("scanned-clip");
  const { etags: scannedTags } = await sendAll(scanned);
  const later = await ask(
    "POST",
    `${scanned.path}/complete?${scanned.query}`,
    partsOf(scannedTags),
  );

  const other = await create();
  const aborted = await ask("DELETE", `${other.path}?${other.query}`);

  const two = await create();
  const { etags: tags } = await sendAll(two);
  const own = `/s3/uploads/${two.uploadId}`;
  const listed = await ask("GET", `${own}?${two.query}`);
  const xmlOf = (all: readonly string[]) => {
    const listing = all.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    return `<CompleteMultipartUpload>${listing.join("")}</CompleteMultipartUpload>`;
  };
  const assembled = await ask("POST", `${own}?${two.query}`, xmlOf(tags));
  const checked = `/s3/uploads/${scanned.uploadId}?${scanned.query}`;
  const laterXml = await ask("POST", checked, xmlOf(scannedTags));
  const three = await create();
  const dropped = await ask("DELETE", `/s3/uploads/${three.uploadId}?${three.query}`);

  return {
    "uppy-single-part": await ask(
      "GET",
      "/s3/params?filename=a.txt&type=text/plain&metadata[size]=5&metadata[policy]=document",
      undefined,
      { headers: { accept: "application/json" } },
    ),
    "uppy-created": one.created,
    "uppy-part": first,
    "uppy-part-urls": batch,
    "uppy-parts": parts,
    "uppy-completed": completed,
    "uppy-completed-later": later,
    "uppy-aborted": aborted,
    "uppy-presigned": await ask("POST", "/s3/presign", {
      method: "PUT",
      key: "a.txt",
      contentType: "text/plain",
      filename: "a.txt",
      metadata: { size: 5, policy: "document" },
    }),
    "uppy-s3-parts": listed,
    "uppy-s3-completed": assembled,
    "uppy-s3-completed-later": laterXml,
    "uppy-s3-aborted": dropped,
  };
}
