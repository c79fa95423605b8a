/** What the attacks share: the Worker of the folder, a victim's object, and what became of an attack. */
import { inject } from "vitest";
import { askForTicket, bytesOf, put, tokenFor, type Server } from "../../e2e/support/server.ts";
import { addressOf, createReader, STORE as NAMED } from "../../e2e/support/store.ts";

const url = inject("worker");
const store = addressOf(url);
/** Every file talks to the same Worker, which ends with the last of them. */
export const server: Server = {
  url,
  store,
  read: createReader(store),
  readLog: () => [],
  close: async () => Promise.resolve(),
};

export const alice = tokenFor("alice");
export const bob = tokenFor("bob");

export const BODY = bytesOf("hello, store");
/** As long as `BODY`, so that a signed length does not give a copy away. */
export const SECRET_BODY = bytesOf("bob's secret");

export const DOCUMENT = {
  policy: "document",
  filename: "note.txt",
  contentType: "text/plain",
  size: BODY.length,
} as const;

/** Stores an object of bob, and returns its key. */
export async function putVictim(): Promise<string> {
  const ticket = await askForTicket(server, bob, DOCUMENT);
  const { status } = await put(ticket, SECRET_BODY);
  if (status !== 200) throw new Error(`The victim's object was not stored: ${status}`);
  return ticket.key;
}

/** What is under the attacker's key afterwards. */
export type Outcome = "refused" | "copied" | "changed" | "stored";

/** `changed`: the object has metadata that was not granted, or another body than the one that was sent. */
export async function outcomeAt(key: string, sent: Uint8Array = BODY): Promise<Outcome> {
  const found = await server.read(key);
  if (!found) return "refused";
  const bytes = Buffer.from(found.bytes);
  if (bytes.equals(SECRET_BODY) || bytes.includes("bob's")) return "copied";
  return bytes.equals(sent) && Object.keys(found.metadata).length === 0 ? "stored" : "changed";
}

type KnownStore = Exclude<typeof NAMED, "measured">;

/** The store of this run: what an attack does there is known. */
export const STORE: KnownStore = requireKnown();

/** What was measured on each store: Ceph 16.2 and Swift 2.30 of `npm run test:stores`. */
export type PerStore<T> = Readonly<Record<KnownStore, T>>;

function requireKnown(): KnownStore {
  if (NAMED === "measured") throw new Error("What an attack does is known of Ceph and Swift alone");
  return NAMED;
}
