/** What a signed URL says of its own signature (AWS: "Authenticating Requests: Using Query Parameters"). */
import { parameterOf, type Url } from "./request.ts";

export interface Terms {
  readonly accessKeyId: string;
  /** Of the credential's scope, as they stand; empty where it is not whole. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedAt: Date | undefined;
  readonly expiresInSeconds: number | undefined;
  readonly signedHeaders: readonly string[];
}

/** The parameters without which no store takes a signature. */
export const REQUIRED = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
];

/** `undefined` where there is nothing of a signature in the URL. */
export function readTerms(url: Url | undefined): Terms | undefined {
  if (!url?.parameters.some(({ name }) => name.startsWith("X-Amz-"))) return undefined;
  const scope = (parameterOf(url, "X-Amz-Credential") ?? "").split("/");
  // A scope that was cut says nothing: its parts would stand in each other's places.
  const [service = "", region = "", day = ""] =
    scope.length < 5 ? [] : scope.slice(0, -1).toReversed();
  const seconds = parameterOf(url, "X-Amz-Expires");
  return {
    accessKeyId: scope.slice(0, -4).join("/"),
    day,
    region,
    service,
    signedAt: readTimestamp(parameterOf(url, "X-Amz-Date")),
    expiresInSeconds:
      seconds !== undefined && /^-?\d{1,12}$/.test(seconds) ? Number(seconds) : undefined,
    signedHeaders: (parameterOf(url, "X-Amz-SignedHeaders") ?? "").split(";").filter(Boolean),
  };
}

/** `20261122T070500Z`. */
function readTimestamp(text = ""): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hours, minutes, seconds] = parts;
  const time = Date.parse(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : new Date(time);
}
