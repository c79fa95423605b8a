/** The measurements by name, at full size and scaled down. */
import type { ClientName, Ends } from "./line.ts";
import { measureInterruption, measureManyFiles, measureWrongEndpoint } from "./measure.ts";

const KB = 1000;
const MB = 1_000_000;

/** Six connections to the store, each with a file that takes 15 seconds, and tickets of 20. */
const PHONE = { ticketSeconds: 20, bytesPerSecond: 400 * KB, fileBytes: MB } as const;
/** The same in a fifth of the time: `npm test` has no more. */
const SCALED = {
  ticketSeconds: 3,
  bytesPerSecond: 200 * KB,
  fileBytes: 50 * KB,
  files: 60,
} as const;
const MOVIE = {
  ticketSeconds: 60,
  bytesPerSecond: 1500 * KB,
  fileBytes: 40 * MB,
  untilBytes: 26.6 * MB,
} as const;
/** Four parts of 5 MiB. */
const SCALED_MOVIE = {
  ...MOVIE,
  bytesPerSecond: 3 * MB,
  fileBytes: 20 * MB,
  untilBytes: 13.3 * MB,
};

export const RUNS = {
  "49 files": async (ends: Ends, client: ClientName) =>
    measureManyFiles(ends, { client, ...PHONE, files: 49 }),
  "500 files": async (ends: Ends, client: ClientName) =>
    measureManyFiles(ends, { client, ...PHONE, files: 500 }),
  "60 small files": async (ends: Ends, client: ClientName) =>
    measureManyFiles(ends, { client, ...SCALED }),
  offline: async (ends: Ends, client: ClientName) =>
    measureManyFiles(ends, { client, ...PHONE, files: 24, offlineSeconds: 10 }),
  "offline, scaled": async (ends: Ends, client: ClientName) =>
    measureManyFiles(ends, { client, ...SCALED, offlineSeconds: 4 }),
  pause: async (ends: Ends, client: ClientName) =>
    measureInterruption(ends, { client, ...MOVIE, by: "pause" }),
  reload: async (ends: Ends, client: ClientName) =>
    measureInterruption(ends, { client, ...MOVIE, by: "reload" }),
  "pause, scaled": async (ends: Ends, client: ClientName) =>
    measureInterruption(ends, { client, ...SCALED_MOVIE, by: "pause" }),
  "reload, scaled": async (ends: Ends, client: ClientName) =>
    measureInterruption(ends, { client, ...SCALED_MOVIE, by: "reload" }),
  /** Nothing listens there. */
  "closed port": async (ends: Ends, client: ClientName) =>
    measureWrongEndpoint(ends, client, "http://127.0.0.1:9"),
  /** A name that does not exist: RFC 6761, section 6.4. */
  "unknown host": async (ends: Ends, client: ClientName) =>
    measureWrongEndpoint(ends, client, "https://uploads.invalid"),
  /** The page's own server, which answers with a page. */
  "another server": async (ends: Ends, client: ClientName) =>
    measureWrongEndpoint(ends, client, "/"),
} as const;

export type RunName = keyof typeof RUNS;
