/** Gives tickets to read objects in the caller's own prefix. */
import { create as contentDisposition } from "content-disposition";
import type { Caller } from "../grant/authenticate.ts";
import { inlineTypeOf, mayRun } from "../grant/content-type.ts";
import { ticketLifetime } from "../grant/lifetime.ts";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import { actOn } from "./act-on.ts";
import { askApp } from "./ask-app.ts";
import { findStoreWith, locationIn } from "./find-store-with.ts";
import { allowRead, type ObjectIntent } from "./object-access.ts";
import type { Place } from "./place.ts";
import { requirePromoted } from "./promoted-object.ts";
import { signRead, type Ticket } from "./ticket.ts";
import { reportGiven, watchTicket } from "./watch-ticket.ts";

export interface DownloadIntent extends ObjectIntent {
  readonly method: "GET" | "HEAD";
  readonly disposition: "attachment" | "inline";
  readonly filename?: string | undefined;
}

export interface Download {
  readonly policy: string;
  readonly key: string;
  readonly ticket: Ticket<"GET" | "HEAD">;
}

/**
 * Returns a ticket to read one object. What a browser could run is always served as an attachment of
 * `application/octet-stream`, and `inline` shows an object as the type of its extension alone. Throws `forbidden`, `key-outside-prefix` and `store-unavailable`, and
 * `not-found` where the policy has a quota: an aborted upload may have left an empty object, and a file in
 * quarantine is not read.
 */
export function createDownload(
  service: Service,
  owner: Caller,
  intent: DownloadIntent,
  place: Place,
): Promise<Download> {
  const request = { kind: "download", policy: intent.policy, key: intent.key } as const;
  return watchTicket(service, request, () => signDownload(service, owner, intent, place));
}

async function signDownload(
  service: Service,
  owner: Caller,
  intent: DownloadIntent,
  place: Place,
): Promise<Download> {
  const object = allowRead(service, owner, intent);
  const { policy, key } = object;
  const question = { action: "download", policy: policy.name, key: key.text } as const;
  const caller = await askApp(service, owner, question);
  await requirePromoted(service, caller, object);
  const { store } = await findStoreWith(service, object, place);
  if (!store) throw new Problem("not-found", "There is no object under this key");
  const isRisky = mayRun(policy.types, key.text);
  const filename = intent.filename ?? key.text.split("/").at(-1);
  const now = new Date(service.now());
  const shownAs =
    intent.disposition === "inline" ? inlineTypeOf(policy.types, key.text) : undefined;
  const servedAs = isRisky ? "application/octet-stream" : shownAs;
  const ticket = await signRead(
    object,
    {
      method: intent.method,
      location: locationIn(store, key, place),
      query: {
        "response-content-disposition": contentDisposition(filename, {
          type: shownAs === undefined ? "attachment" : "inline",
        }),
        ...(servedAs !== undefined && { "response-content-type": servedAs }),
      },
      expiresInSeconds: ticketLifetime(policy, { caller, now }),
    },
    { signer: service.signersOf(store).reader, now },
  );
  reportGiven(service, {
    kind: "download",
    policy: policy.name,
    store: store.name,
    act: service.watch && {
      ...actOn("download.granted", object, caller),
      store: store.name,
      expiresAt: ticket.expiresAt.toISOString(),
    },
  });
  return { policy: policy.name, key: key.text, ticket };
}
