/** How the host that was sent differs from the one that was signed. */
import type { Evidence } from "./evidence.ts";
import { headerOf, type Url } from "./request.ts";

export type HostKind = "addressing-differs" | "custom-domain" | "host-differs";

export interface HostDifference {
  readonly kind: HostKind;
  readonly signed: string;
  readonly sent: string;
}

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

/** A `Host` header says the scheme's own port too, or does not. */
function withoutPort(host: string | undefined, url: Url | undefined): string | undefined {
  return host?.replace(url?.scheme === "http" ? /:80$/ : /:443$/, "");
}
