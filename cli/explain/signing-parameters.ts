/** Reads the signing parameters of a presigned URL (AWS: "Authenticating Requests: Using Query Parameters"). */
import { parameterOf, type Url } from "./request.ts";

export interface SigningParameters {
  readonly accessKeyId: string;
  /** The parts of the credential scope, or empty texts if it is incomplete. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedAt: Date | undefined;
  readonly expiresInSeconds: number | undefined;
  readonly signedHeaders: readonly string[];
}

/** The parameters that every store requires. */
export const REQUIRED = [
  "X-Amz-Algorithm",
  "X-Amz-Credential",
  "X-Amz-Date",
  "X-Amz-Expires",
  "X-Amz-SignedHeaders",
  "X-Amz-Signature",
];

/** Returns the parameters, or `undefined` if the URL has none of them. */
export function readSigningParameters(url: Url | undefined): SigningParameters | undefined {
  if (!url?.parameters.some(({ name }) => name.startsWith("X-Amz-"))) return undefined;
  const scope = (parameterOf(url, "X-Amz-Credential") ?? "").split("/");
  // The parts of an incomplete scope cannot be told apart.
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
