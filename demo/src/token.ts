/** In a real app the token comes from its backend or its login. */
import * as z from "zod/mini";
import { settings } from "./settings.ts";

const tokenSchema = z.object({ token: z.string() });

/** Returns a token for the user. */
export async function requestToken(): Promise<string> {
  const response = await fetch(`/dev/token?user=${encodeURIComponent(settings.user)}`);
  return tokenSchema.parse(await response.json()).token;
}
