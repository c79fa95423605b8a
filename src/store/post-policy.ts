/**
 * Signs POST forms (AWS: "Browser-Based Uploads Using POST", Signature Version 4). A store refuses a form
 * with another value, and one with a field that its policy document does not name: an `acl`, a redirect,
 * other metadata.
 */
import { toHex } from "../hex.ts";
import { startDay, toDatetime, type Day, type SigningKey } from "./presign.ts";

/** One object that the holder of the form may store, again and again until it expires. */
export interface FormRequest {
  readonly bucket: string;
  /** As it is, and not encoded. */
  readonly key: string;
  /** The fields beside the key, with lower-case names: the content type, metadata and so on. */
  readonly fields: Readonly<Record<string, string>>;
  /** The exact length of the file. */
  readonly bytes: number;
  readonly expiresInSeconds: number;
  readonly now: Date;
}

/** The fields of the form. The file follows as the last one: stores ignore what follows it. */
export type FormFields = Readonly<Record<string, string> & { readonly key: string }>;

/** Returns a function that signs forms, and caches the signing key of the day. */
export function createFormSigner(key: SigningKey): (request: FormRequest) => FormFields {
  let day: Day | undefined;
  return ({ bucket, key: objectKey, fields, bytes, expiresInSeconds, now }) => {
    const datetime = toDatetime(now);
    const date = datetime.slice(0, 8);
    if (day?.date !== date) day = startDay(key, date);
    const named = {
      key: objectKey,
      bucket,
      ...fields,
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": `${key.accessKeyId}/${day.scope}`,
      "X-Amz-Date": datetime,
      ...(key.sessionToken !== undefined && { "X-Amz-Security-Token": key.sessionToken }),
    };
    const policy = encodePolicy({
      expiration: new Date(now.getTime() + expiresInSeconds * 1000).toISOString(),
      conditions: [
        ...Object.entries(named).map(([name, value]) => ({ [name]: value })),
        ["content-length-range", bytes, bytes],
      ],
    });
    return { ...named, Policy: policy, "X-Amz-Signature": toHex(day.sign(policy)) };
  };
}

/** Returns the document in base64. A dollar sign has to be escaped in it (AWS: "POST Policy", Character Escaping). */
function encodePolicy(document: object): string {
  const text = JSON.stringify(document).replaceAll("$", "\\u0024");
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
