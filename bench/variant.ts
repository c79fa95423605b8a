/** Defines what is measured: a Worker, a request and the expected answer. */
import type { Call } from "./connection.ts";

/** The entry files in bench/worker, without their extension. */
export const WORKERS = ["hono", "sample", "presigner"] as const;

export interface Variant {
  readonly name: string;
  readonly worker: (typeof WORKERS)[number];
  readonly call: Call;
  readonly status: number;
  /** The pattern of the expected body. */
  readonly proof: RegExp;
}

const TICKET = String.raw`http://127\.0\.0\.1:\d+/[^"]+&X-Amz-Signature=[0-9a-f]{64}"`;

/** The Worker with which all others are compared. Compared with itself, it shows the noise. */
export const BASELINE: Variant = {
  name: "null Worker (Hono)",
  worker: "hono",
  call: { method: "GET", path: "/", headers: {} },
  status: 200,
  proof: /^ok$/,
};

/** The second baseline: presigning as Cloudflare documents it. */
export const SAMPLE: Variant = {
  name: "aws4fetch sample",
  worker: "sample",
  call: { method: "GET", path: "/photos/holiday.jpg", headers: {} },
  status: 200,
  proof: /^https:\/\/[^"]+&X-Amz-Signature=[0-9a-f]{64}$/,
};

/** Returns the variants of this service, for one caller with one token. */
export function describeOurs(token: string): readonly Variant[] {
  const authorization = `Bearer ${token}`;
  return [
    {
      name: "POST /v1/uploads",
      worker: "presigner",
      call: {
        method: "POST",
        path: "/v1/uploads",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({
          policy: "document",
          filename: "holiday.pdf",
          contentType: "application/pdf",
          size: 123_456,
        }),
      },
      status: 201,
      proof: new RegExp(`"url":"${TICKET}`),
    },
    {
      name: "GET /presigned-url",
      worker: "presigner",
      call: {
        method: "GET",
        path: "/presigned-url?fileName=holiday.jpg&fileType=image%2Fjpeg",
        headers: { authorization },
      },
      status: 200,
      proof: new RegExp(`"uploadURL":"${TICKET}`),
    },
  ];
}
