/** Defines what is measured: a Worker, its requests and the expected answer. */
import { encode, type Call } from "./connection.ts";
import type { Work } from "./load.ts";
import { mintPublished, mintShared } from "./tokens.ts";

/** The entry files in bench/worker, without their extension; `built` is made by bench/built.ts. */
export const WORKERS = [
  "hono",
  "presigner",
  "built",
  "outbound",
  "aws4fetch",
  "aws4fetch-per-request",
  "better-upload",
  "hono-jwt",
  "sdk",
] as const;

export interface Variant extends Work {
  readonly worker: (typeof WORKERS)[number];
  /** Without bindings for rate limits. */
  readonly hasNoRateLimit?: boolean;
  /** How many times the work of a single ticket one request is: it is sent less often. */
  readonly weight?: number;
}

export const PHOTO = { filename: "holiday.jpg", contentType: "image/jpeg", size: 123_456 };
/** A batch and a list of parts of this length, to see what each further ticket costs. */
export const BATCH = 25;

const TICKET = String.raw`https://[^"]+&X-Amz-Signature=[0-9a-f]{64}`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const always = (call: Call) => {
  const request = encode(call);
  return () => request;
};
/** Alternates between many requests. */
const inTurn = (requests: readonly Buffer[]) => {
  let index = 0;
  return () => requests[index++ % requests.length] ?? Buffer.alloc(0);
};

/** The Worker with which all others are compared. Compared with itself, it shows the noise. */
export const HONO: Variant = {
  name: "hono",
  worker: "hono",
  next: always({ method: "GET", path: "/" }),
  status: 200,
  proof: /^ok$/,
};

export function upload(headers: Readonly<Record<string, string>>, body: object = PHOTO): Call {
  return { method: "POST", path: "/v1/uploads", headers, body };
}

const post = (name: string, next: () => Buffer, more?: Partial<Variant>): Variant => ({
  name,
  worker: "presigner",
  next,
  status: 201,
  proof: new RegExp(`"url":"${TICKET}"`),
  ...more,
});

/** The main figure: the same caller with the same token. */
export const UPLOAD = post("upload", always(upload(bearer(mintShared("alice")))));

/** The same ticket of a Worker that was built beforehand. */
export const BUILT: Variant = { ...UPLOAD, name: "built", worker: "built" };

/** One ticket each, from as many callers, who take turns. */
function uploadOfCallers(count: number): Variant {
  const requests = Array.from({ length: count }, (_, index) =>
    encode(upload(bearer(mintShared(`user-${index}`)))),
  );
  return post(`upload.callers-${count}`, inTurn(requests));
}

/** What this service does besides: `multipartId` is an upload of alice in parts. */
export function describeOurs(multipartId: string): readonly Variant[] {
  const alice = bearer(mintShared("alice"));
  const ok = { worker: "presigner", status: 200 } as const;
  const batch = (count: number): Variant => ({
    ...ok,
    name: `batch.${count}`,
    next: always({
      method: "POST",
      path: "/v1/uploads/batch",
      headers: alice,
      body: { uploads: Array.from({ length: count }, () => PHOTO) },
    }),
    proof: new RegExp(`^(?!.*"problem").*"url":"${TICKET}"`),
    weight: count,
  });
  const parts = (count: number): Variant => ({
    ...ok,
    name: `parts.${count}`,
    next: always({
      method: "POST",
      path: `/v1/uploads/${multipartId}/parts`,
      headers: alice,
      body: { partNumbers: Array.from({ length: count }, (_, index) => index + 1) },
    }),
    proof: new RegExp(TICKET),
    weight: count,
  });
  let count = 0;
  const newToken = () => encode(upload(bearer(mintPublished(`user-${count++ % 50}`))));
  return [
    UPLOAD,
    post("upload.es256", always(upload(bearer(mintPublished("alice"))))),
    post("upload.es256-new", newToken),
    post("upload.origin", always(upload({ ...alice, origin: "https://app.acme.dev" }))),
    post("upload.no-rate-limit", always(upload(alice)), { hasNoRateLimit: true }),
    uploadOfCallers(100),
    uploadOfCallers(10_000),
    {
      ...ok,
      name: "presigned-url",
      next: always({
        method: "GET",
        path: "/presigned-url?fileName=holiday.jpg&fileType=image%2Fjpeg",
        headers: alice,
      }),
      proof: new RegExp(`"uploadURL":"${TICKET}"`),
    },
    {
      ...ok,
      name: "download",
      next: always({
        method: "POST",
        path: "/v1/downloads",
        headers: alice,
        body: { key: "photos/alice/0195c6a1-7c1e-7d0a-9b1e-2f6a1c3d4e5f.jpg" },
      }),
      proof: new RegExp(`"url":"${TICKET}"`),
    },
    batch(1),
    batch(BATCH),
    parts(1),
    parts(BATCH),
  ];
}

/** Other ways to get a ticket, as their documentation has them: bench/README.md. */
export const PEERS: readonly Variant[] = [
  ...(["aws4fetch", "aws4fetch-per-request"] as const).map((name) => ({
    name,
    worker: name,
    next: always({ method: "GET", path: "/photos/alice/holiday.jpg" }),
    status: 200,
    proof: new RegExp(`^${TICKET}$`),
  })),
  {
    name: "better-upload",
    worker: "better-upload",
    next: always({
      method: "POST",
      path: "/upload",
      body: {
        route: "photo",
        files: [{ name: PHOTO.filename, size: PHOTO.size, type: PHOTO.contentType }],
      },
    }),
    status: 200,
    proof: new RegExp(`"signedUrl":"${TICKET}"`),
  },
  {
    name: "hono-jwt",
    worker: "hono-jwt",
    next: always({
      method: "POST",
      path: "/upload",
      headers: bearer(mintShared("alice")),
      body: PHOTO,
    }),
    status: 201,
    proof: new RegExp(`"url":"${TICKET}"`),
  },
  {
    name: "sdk",
    worker: "sdk",
    next: always({ method: "POST", path: "/upload", body: PHOTO }),
    status: 201,
    proof: /"url":"https:\/\/[^"]*X-Amz-Signature=[0-9a-f]{64}[^"]*"/,
  },
];
