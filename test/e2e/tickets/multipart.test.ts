import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startFixture,
  tokenFor,
  type Answer,
  type Server,
  type Ticket,
} from "../support/server.ts";
import { can, itWith, refusals } from "../support/store.ts";

let server: Server;
let alice: string;
let bob: string;
beforeAll(async () => {
  server = await startFixture();
  alice = tokenFor("alice");
  bob = tokenFor("bob");
});
afterAll(async () => server.close());

const MiB = 2 ** 20;
const FILE = crypto.getRandomValues(new Uint8Array(65_536));
/** 64 MiB and a little more, so that a part is small: a refused large body may cost the connection. */
const REST = 4096;
const MOVIE = new Uint8Array(64 * MiB + REST);
for (let offset = 0; offset < MOVIE.length; offset += FILE.length) {
  const block = FILE.map((byte, index) => byte ^ (offset >> 16) ^ index);
  MOVIE.set(block.subarray(0, MOVIE.length - offset), offset);
}
const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

interface PartTicket {
  readonly partNumber: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentLength: number;
}

interface InParts extends Ticket {
  readonly multipart: {
    readonly uploadId: string;
    readonly partSize: number;
    readonly partCount: number;
    readonly parts: readonly PartTicket[];
    readonly nextPartNumber?: number;
  };
}

const CLIP = { policy: "clip", filename: "a.mp4", contentType: "video/mp4" };

async function begin(body: object): Promise<InParts> {
  const ticket = (await askForTicket(server, alice, { ...CLIP, ...body })) as InParts;
  expect(ticket).not.toHaveProperty("url");
  return ticket;
}

const bytesOfPart = ({ multipart }: InParts, file: Uint8Array, partNumber: number) =>
  new Uint8Array(
    file.slice((partNumber - 1) * multipart.partSize, partNumber * multipart.partSize),
  );

async function renew(
  { id }: InParts,
  partNumbers: readonly number[],
  token = alice,
): Promise<readonly PartTicket[]> {
  const { status, body } = await call(server, token, "POST", `/v1/uploads/${id}/parts`, {
    partNumbers,
  });
  expect(status).toBe(200);
  return body["parts"] as readonly PartTicket[];
}

/** As clients do: the embedded store may answer 500 to what comes after a body that it refused. */
async function putAgain(
  ticket: PartTicket,
  bytes: Uint8Array<ArrayBuffer>,
): ReturnType<typeof put> {
  const answer = await put(ticket, bytes);
  return answer.status >= 500 ? put(ticket, bytes) : answer;
}

/** Sends parts with fresh tickets, and gives what a client keeps of the answers. */
async function sendParts(
  upload: InParts,
  file: Uint8Array,
  partNumbers: readonly number[],
): Promise<readonly { partNumber: number; etag: string }[]> {
  const sent: { partNumber: number; etag: string }[] = [];
  for (const partNumber of partNumbers) {
    // Each asked for when it is its turn, as these tickets live for seconds.
    const [ticket] = await renew(upload, [partNumber]);
    if (!ticket) throw new Error("There was no ticket");
    const answer = await putAgain(ticket, bytesOfPart(upload, file, ticket.partNumber));
    expect(answer).toMatchObject({ status: 200 });
    sent.push({ partNumber: ticket.partNumber, etag: answer.etag });
  }
  return sent;
}

/** With the ETags where the store cannot list. */
async function complete(
  { id }: Pick<Ticket, "id">,
  parts: readonly object[],
  token = alice,
): Promise<Answer> {
  return call(
    server,
    token,
    "POST",
    `/v1/uploads/${id}/complete`,
    can("list-parts") ? undefined : { parts },
  );
}

async function download(key: string): Promise<Uint8Array> {
  const { status, body } = await call(server, alice, "POST", "/v1/downloads", {
    policy: "clip",
    key,
  });
  expect(status).toBe(200);
  const response = await fetch(String(body["url"]));
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

describe("a large file in several parts", () => {
  it("arrive out of order, two sent twice, one re-signed after its ticket expired", async () => {
    const upload = await begin({ size: MOVIE.length });
    expect(upload.multipart).toMatchObject({ partSize: 8 * MiB, partCount: 9 });
    expect(upload.multipart.parts.map(({ contentLength }) => contentLength)).toEqual([
      ...Array.from({ length: 8 }, () => 8 * MiB),
      REST,
    ]);
    await new Promise((resolve) => setTimeout(resolve, 5500));
    const expired = upload.multipart.parts.at(-1) ?? upload;
    const late = await put(expired, bytesOfPart(upload, MOVIE, 9));
    expect(refusals([403])).toContain(late.status);

    const first = await sendParts(upload, MOVIE, [9, 3]);
    const second = await sendParts(upload, MOVIE, [1, 3, 5]);
    const third = await sendParts(upload, MOVIE, [5, 2, 8, 7, 4, 6]);
    const etags = new Map([...first, ...second, ...third].map((part) => [part.partNumber, part]));
    const { status, body } = await complete(upload, [...etags.values()]);
    expect(body).toMatchObject({
      status: "completed",
      size: MOVIE.length,
      contentType: "video/mp4",
    });
    expect(status).toBe(200);
    expect(body["partsListed"]).toBe(can("list-parts") ? undefined : false);
    expect(await complete(upload, [...etags.values()])).toMatchObject({ status: 200 });
    expect(digestOf(await download(upload.key))).toBe(digestOf(MOVIE));
  });

  it("go on with a second client, which has the id and a token alone", async () => {
    const file = MOVIE.subarray(0, 20 * MiB);
    const upload = await begin({ size: file.length });
    await sendParts(upload, file, [2]);
    const { status, body } = await call(
      server,
      tokenFor("alice"),
      "GET",
      `/v1/uploads/${upload.id}/parts`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      partSize: 8 * MiB,
      partCount: 3,
      partsListed: can("list-parts"),
      key: upload.key,
    });
    const done = (body["done"] as { partNumber: number; size: number }[]).map(
      ({ partNumber, size }) => [partNumber, size],
    );
    const missing = (body["missing"] as { partNumber: number; size: number }[]).map(
      ({ partNumber, size }) => [partNumber, size],
    );
    const [one, two, three] = [
      [1, 8 * MiB],
      [2, 8 * MiB],
      [3, 4 * MiB],
    ];
    expect([done, missing]).toEqual(
      can("list-parts") ? [[two], [one, three]] : [[], [one, two, three]],
    );
    const sent = await sendParts(
      upload,
      file,
      missing.map(([partNumber = 0]) => partNumber),
    );
    expect(await complete(upload, sent)).toMatchObject({
      status: 200,
      body: { size: file.length },
    });
    expect(digestOf(await download(upload.key))).toBe(digestOf(file));
  });
});

describe("a part", () => {
  it("of another length is refused", async () => {
    const upload = await begin({ size: 8 * MiB + REST });
    const [ticket] = await renew(upload, [2]);
    for (const bytes of [REST - 1, REST + 1]) {
      const answer = await put(ticket ?? upload, new Uint8Array(bytes));
      expect(refusals([403])).toContain(answer.status);
    }
  });

  for (const { capability, header } of [
    { capability: "copy-guard", header: "x-amz-copy-source" },
    { capability: "copy-guard-underscored", header: "x_amz_copy_source" },
  ] as const) {
    itWith(capability, `cannot be turned into a copy with ${header}`, async () => {
      const victim = await askForTicket(server, bob, {
        policy: "document",
        filename: "secret.txt",
        contentType: "text/plain",
        size: 6,
      });
      expect(await put(victim, bytesOf("secret"))).toMatchObject({ status: 200 });
      const upload = await begin({ size: 6, multipart: true });
      const [ticket] = upload.multipart.parts;
      const headers = { [header]: `/${server.store.bucket}/${encodeURI(victim.key)}` };
      for (const body of [bytesOf("public"), new Uint8Array()]) {
        const answer = await put(ticket ?? upload, body, { headers });
        expect(answer.text).not.toContain("CopyPartResult");
        // A store may ignore the other spelling, and store what was sent.
        if (header === "x-amz-copy-source") expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    });
  }
});

describe("completion", () => {
  it("is refused while a part is missing, and possible when it came", async () => {
    const file = MOVIE.subarray(0, 9 * MiB);
    const upload = await begin({ size: file.length });
    const [first] = await sendParts(upload, file, [1]);
    const refused = await complete(upload, [first ?? {}]);
    expect(refused.status).toBe(422);
    expect(refused.body["detail"]).toContain(
      can("list-parts") ? "missing parts first: 2" : "/parts: must name all 2 parts",
    );
    expect(await server.read(upload.key)).toBeUndefined();
    const [second] = await sendParts(upload, file, [2]);
    expect(await complete(upload, [second ?? {}, first ?? {}])).toMatchObject({ status: 200 });
    expect((await server.read(upload.key))?.bytes).toHaveLength(file.length);
  });

  it("is one part for a small file", async () => {
    const file = bytesOf("tiny");
    const upload = await begin({ size: file.length, multipart: true });
    expect(upload.multipart).toMatchObject({ partCount: 1 });
    expect(await complete(upload, await sendParts(upload, file, [1]))).toMatchObject({
      status: 200,
      body: { size: 4 },
    });
    expect((await server.read(upload.key))?.bytes).toEqual(file);
  });

  it("keeps metadata and the name, whatever they are", async () => {
    const file = bytesOf("tiny");
    const upload = await begin({ size: file.length, multipart: true, filename: "여행.mp4" });
    expect(await complete(upload, await sendParts(upload, file, [1]))).toMatchObject({
      status: 200,
      body: { contentType: "video/mp4" },
    });
  });
});

describe("an aborted upload", () => {
  it("leaves nothing, and takes no part more", async () => {
    const file = MOVIE.subarray(0, 9 * MiB);
    const upload = await begin({ size: file.length });
    const [ticket] = await renew(upload, [1]);
    expect((await call(server, alice, "DELETE", `/v1/uploads/${upload.id}`)).status).toBe(204);
    const { status } = await put(ticket ?? upload, bytesOfPart(upload, file, 1));
    expect(refusals([404])).toContain(status);
    expect(
      (
        await complete(upload, [
          { partNumber: 1, etag: "x" },
          { partNumber: 2, etag: "y" },
        ])
      ).status,
    ).toBe(410);
    expect(
      (await call(server, alice, "POST", `/v1/uploads/${upload.id}/parts`, { partNumbers: [1] }))
        .status,
    ).toBe(410);
    expect(await server.read(upload.key)).toBeUndefined();
    expect((await call(server, alice, "DELETE", `/v1/uploads/${upload.id}`)).status).toBe(204);
  });
});

describe("somebody else's upload", () => {
  it("is not found, whatever is asked of it", async () => {
    const { id } = await begin({ size: 9 * MiB });
    const asked = await Promise.all([
      call(server, bob, "POST", `/v1/uploads/${id}/parts`, { partNumbers: [1] }),
      call(server, bob, "GET", `/v1/uploads/${id}/parts`),
      call(server, bob, "POST", `/v1/uploads/${id}/complete`),
      call(server, bob, "DELETE", `/v1/uploads/${id}`),
      call(server, bob, "GET", `/v1/uploads/${id}`),
    ]);
    for (const { status, body } of asked)
      expect([status, body["code"]]).toEqual([404, "upload-not-found"]);
    expect((await call(server, alice, "GET", `/v1/uploads/${id}`)).body).toMatchObject({
      status: "pending",
    });
  });
});
