/** Writes what was found as a provider's row, without what is private: bucket, endpoint, account and keys. */
import { CHECKSUM_ALGORITHMS } from "../../src/store/checksum.ts";
import { COPIES } from "../../src/store/provider-defaults.ts";
import { IF_NONE_MATCH, type Provider } from "../../src/store/provider.ts";
import { PROVIDERS } from "../../src/store/providers.ts";
import type { Store } from "../../src/store/store.ts";
import { formatConfigValue } from "../format-config-value.ts";
import type { Finding, FindingName, Group } from "./finding.ts";
import { settingsOf } from "./print.ts";
import { seenIn } from "./probe-checksums.ts";

type Measured = Pick<
  Provider,
  "noOverwrite" | "checksums" | "needsSdkChecksumAlgorithm" | "unsignedHeaders" | "copyGuard"
> &
  // Tested only where a policy has a quarantine, or forms.
  Partial<Pick<Provider, "copies" | "postForms">>;

/** Returns the row as TypeScript. What gave no result is as the row has it. */
export function reportRow(
  groups: readonly Group[],
  { providerName, provider, copyGuard }: Pick<Store, "providerName" | "provider" | "copyGuard">,
  nowMs: number,
): string {
  const row: Provider = PROVIDERS[providerName];
  const found = new Map(
    groups.flatMap(({ findings }) => findings).map((finding) => [finding.name, finding]),
  );
  const setting = settingsOf(groups);
  const measured: Measured = {
    noOverwrite: noOverwriteOf(row, found, setting.capabilities?.noOverwrite),
    checksums: checksumsOf(row, found),
    needsSdkChecksumAlgorithm: provider.needsSdkChecksumAlgorithm,
    unsignedHeaders: unsignedHeadersOf(row, found),
    copyGuard: setting.copyGuard ?? copyGuard,
    ...copiesOf(row, found, setting.capabilities?.copies),
    ...postFormsOf(found.get("post-form")),
  };
  const isNew = providerName === "compatible";
  return [
    `  /** Measured with doctor on ${new Date(nowMs).toISOString().slice(0, 10)}. */`,
    isNew ? "  nameOfTheServer: {" : `  ${providerName}: {`,
    ...(isNew
      ? ["    ...COMPATIBLE,", '    title: "Name and version of the server",']
      : ["    // Keep the lines of the row that are not here."]),
    ...Object.entries(measured).map(([name, value]) => `    ${name}: ${formatConfigValue(value)},`),
    "  },",
  ].join("\n");
}

type Found = ReadonlyMap<FindingName, Finding>;

/** A second write alone proves nothing: some stores refuse it, and store several at once. */
function noOverwriteOf(
  { noOverwrite }: Provider,
  found: Found,
  setting: boolean | undefined,
): Provider["noOverwrite"] {
  if (setting === false) return undefined;
  const isEnforced =
    found.get("second-write")?.verdict === "good" &&
    found.get("writes-at-once")?.verdict === "good";
  return isEnforced ? { ...(noOverwrite ?? IF_NONE_MATCH), trust: "enforced" } : noOverwrite;
}

function checksumsOf({ checksums }: Provider, found: Found): Provider["checksums"] {
  const known = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const seen = seenIn(found.get(`checksum-${algorithm}`)) ?? checksums[algorithm];
    return seen === undefined || seen === "refused" ? [] : [[algorithm, seen] as const];
  });
  return Object.fromEntries(known);
}

/** A copy that was refused, or made, on the condition of another ETag. */
function copiesOf(
  { copies }: Provider,
  found: Found,
  setting: boolean | undefined,
): Pick<Measured, "copies"> | undefined {
  if (setting === false) return { copies: undefined };
  const isEnforced = found.get("quarantine-condition")?.verdict === "good";
  return isEnforced ? { copies: { ...(copies ?? COPIES), trust: "enforced" } } : undefined;
}

function postFormsOf(finding: Finding | undefined): Pick<Measured, "postForms"> {
  if (finding?.verdict === "good") return { postForms: true };
  return finding?.verdict === "bad" ? { postForms: false } : {};
}

function unsignedHeadersOf(
  { unsignedHeaders }: Provider,
  found: Found,
): Provider["unsignedHeaders"] {
  const findings = [found.get("unsigned-metadata"), found.get("unsigned-acl")];
  if (findings.some((one) => one?.verdict === "bad" || one?.verdict === "note")) return "accepted";
  const isRefused = findings.every(
    (one) => one?.verdict === "good" && one.message.startsWith("refused"),
  );
  return isRefused ? "refused" : unsignedHeaders;
}
