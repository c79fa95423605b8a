/** Tests whether signed metadata can be changed under another name, which needs no signature. */
import { headObject } from "../../src/store/object.ts";
import { good, unknown, type Finding } from "./finding.ts";
import type { Probe } from "./probe.ts";
import { isAccepted, isRefused, statusOf } from "./send-request.ts";
import { put, type Session } from "./session.ts";

export const METADATA_ALIAS: Probe = { name: "metadata-alias", run: tryAliases };

const NAME = "edge-presigner-doctor";
const SIGNED = "signed";
/** Prefixes that Ceph, Swift and servers behind WSGI take for `x-amz-meta-` (measured: docs/security.md). */
const ALIASES = ["x-rgw-meta-", "x-object-meta-", "x-goog-meta-", "x-dho-meta-", "x_amz_meta_"];

const FIX =
  "put a proxy in front of the store that drops these headers, and trust metadata only in receipts";

async function tryAliases(session: Session): Promise<readonly Finding[]> {
  const name = "metadata-alias";
  const control = await tryAlias(session);
  if (control !== "kept") return [unknown(name, `not tested: ${control}`)];
  const seen: { readonly alias: string; readonly result: string }[] = [];
  for (const alias of ALIASES) {
    // oxlint-disable-next-line no-await-in-loop -- a store that refuses one of them may take another
    seen.push({ alias, result: await tryAlias(session, alias) });
  }
  const taken = seen.filter(({ result }) => result === "taken").map(({ alias }) => `${alias}*`);
  if (taken.length > 0) {
    const message = `signed metadata is changed by unsigned headers of another name: ${taken.join(", ")}`;
    return [{ name, verdict: "bad", message, fix: FIX }];
  }
  const failed = seen.find(({ result }) => result !== "kept")?.result;
  return [
    failed === undefined
      ? good(name, "signed metadata stays as it was signed")
      : unknown(name, failed),
  ];
}

/** Returns `taken` or `kept`, or what the store answered. Without an alias the ticket is unchanged. */
async function tryAlias(session: Session, alias?: string): Promise<string> {
  const admitted = await session.admit();
  const headers = { ...admitted.grant.headers, [`x-amz-meta-${NAME}`]: SIGNED };
  const ticket = await session.sign({ ...admitted, grant: { ...admitted.grant, headers } });
  const answer = await put(session, ticket, {
    headers: alias ? { [nameWith(alias)]: "other" } : {},
  });
  if (alias !== undefined && isRefused(answer)) return "kept";
  if (!isAccepted(answer)) return `the store answered ${statusOf(answer)}`;
  const found = await headObject(session.locate(admitted), session.accessWith(session.reader));
  if (found?.metadata[NAME] === SIGNED) return "kept";
  return alias === undefined ? "the store keeps no metadata" : "taken";
}

const nameWith = (alias: string): string =>
  alias + (alias.includes("_") ? NAME.replaceAll("-", "_") : NAME);
