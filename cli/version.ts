import { readFileSync } from "node:fs";
import * as z from "zod/mini";

const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");

/** The version of this checkout. */
export const { version } = z.object({ version: z.string() }).parse(JSON.parse(text));
