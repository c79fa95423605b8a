/** Compares the sent host with the signed one. */
import type { Evidence } from "./evidence.ts";
import { headerOf, type Url } from "./request.ts";

export type HostKind = "addressing-differs" | "custom-domain" | "host-differs";

export interface HostDifference {
  readonly kind: HostKind;
  readonly signed: string;
  readonly sent: string;
}

/** Returns the difference, or `undefined` if the hosts are equal or not known. */
export function compareHost({ signed, sent }: Evidence): HostDifference | undefined {
  const wanted = signed && headerOf(signed, "host");
  const actual = sent && withoutPort(headerOf(sent, "host"), signed?.url);
  if (!wanted || !actual) return undefined;
  if (wanted !== actual) {
    return { kind: classify(signed?.url, sent?.url, wanted, actual), signed: wanted, sent: actual };
  }
  // Cloudflare verifies signatures on its own host alone (R2: "Presigned URLs").
  const isCustom = actual.endsWith(".r2.dev");
  return isCustom
    ? { kind: "custom-domain", signed: "<account>.r2.cloudflarestorage.com", sent: actual }
    : undefined;
}

function classify(
  signed: Url | undefined,
  sent: Url | undefined,
  wanted: string,
  actual: string,
): HostKind {
  const [host, other] = actual.endsWith(`.${wanted}`) ? [actual, wanted] : [wanted, actual];
  const bucket = host.endsWith(`.${other}`) ? host.slice(0, -other.length - 1) : undefined;
  const isMoved = [signed, sent].some(
    (url) => bucket !== undefined && url?.path.startsWith(`/${bucket}/`),
  );
  if (isMoved) return "addressing-differs";
  return wanted.endsWith(".r2.cloudflarestorage.com") ? "custom-domain" : "host-differs";
}

/** Returns the host without the default port of the scheme, which a `Host` header may have. */
function withoutPort(host: string | undefined, url: Url | undefined): string | undefined {
  return host?.replace(url?.scheme === "http" ? /:80$/ : /:443$/, "");
}
