/** Signs what is sent to a server of the app (Standard Webhooks 1.0): webhooks, and requests to scanners. */

/** Returns the headers of a message. Every secret signs, so that a receiver may hold either one during a rotation. */
export async function signMessage(
  { id, body }: { readonly id: string; readonly body: string },
  secrets: readonly Uint8Array<ArrayBuffer>[],
  timestamp: number,
): Promise<Readonly<Record<string, string>>> {
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const key = await crypto.subtle.importKey(
        "raw",
        secret,
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"],
      );
      const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
      return `v1,${btoa(String.fromCharCode(...signature))}`;
    }),
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
