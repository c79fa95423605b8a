/** What a developer writes with the generated client: uploads a file, and completes it. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

type Code = components["schemas"]["Problem"]["code"];

interface Uploaded {
  readonly key: string;
  readonly size: number;
  readonly receipt: string;
}

export async function upload(baseUrl: string, token: string, file: File): Promise<Uploaded> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  const { data: ticket, error } = await client.POST("/v1/uploads", {
    body: { policy: "document", filename: file.name, contentType: file.type, size: file.size },
  });
  if (error) throw new Error(error.code);
  if (!("url" in ticket)) throw new Error("This is a multipart upload");
  const { method, url, headers, id } = ticket;
  const sent = await fetch(url, { method, headers, body: file });
  if (!sent.ok) throw new Error(await sent.text());
  const completed = await client.POST("/v1/uploads/{id}/complete", { params: { path: { id } } });
  if (completed.error) throw new Error(completed.error.code);
  if (completed.data.status === "pending") throw new Error("The policy has no quarantine");
  return completed.data;
}

/** Returns the code with which the service refuses a type. */
export async function refuse(baseUrl: string, token: string): Promise<Code | undefined> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${token}` } });
  const { error } = await client.POST("/v1/uploads", {
    body: { policy: "photo", contentType: "text/plain", size: 5 },
  });
  return error?.code;
}

/** Type errors that the generated types must find. */
export async function misuse(baseUrl: string): Promise<void> {
  const client = createClient<paths>({ baseUrl });
  // @ts-expect-error -- the type of the file is required
  await client.POST("/v1/uploads", { body: { size: 5 } });
  // @ts-expect-error -- there is no such route
  await client.GET("/v1/nothing");
  // @ts-expect-error -- the id is required
  await client.GET("/v1/uploads/{id}", {});
}
