/** The keys of the user's stored files. The browser keeps them. */
import * as z from "zod/mini";

const storedSchema = z.object({
  key: z.string(),
  policy: z.string(),
  name: z.string(),
  contentType: z.string(),
});
export type Stored = Readonly<z.output<typeof storedSchema>>;

const MAX_ITEMS = 60;

const nameOf = (user: string) => `edge-presigner-demo files ${user}`;

/** Returns the stored files of a user, the newest first. */
export function readStored(user: string): readonly Stored[] {
  try {
    return z.array(storedSchema).parse(JSON.parse(localStorage.getItem(nameOf(user)) ?? "[]"));
  } catch {
    return [];
  }
}

/** Adds a file. */
export function addStored(user: string, stored: Stored): void {
  write(user, [stored, ...readStored(user)]);
}

/** Removes the file with this key. */
export function removeStored(user: string, key: string): void {
  write(
    user,
    readStored(user).filter((stored) => stored.key !== key),
  );
}

function write(user: string, stored: readonly Stored[]): void {
  localStorage.setItem(nameOf(user), JSON.stringify(stored.slice(0, MAX_ITEMS)));
}
