/** Causes in the scope of the credential: day, region, service. */
import type { Cause } from "./finding.ts";

const R2_REGIONS = new Set(["auto", "us-east-1", ""]);

const regionDiffers: Cause = {
  name: "region-differs",
  find: ({ terms, answer, message, code, url, isSignatureGood }) => {
    const isNamed = code.startsWith("Authorization") && /region/i.test(message);
    const named = answer.fields?.get("Region") ?? /expecting '([^']*)'/.exec(message)?.[1];
    const isWhole = terms !== undefined && terms.day !== "";
    const expected = named ?? (isWhole ? regionOf(url?.host ?? "", terms.region) : undefined);
    const isOther = expected !== undefined && isWhole && expected !== terms.region;
    if (isSignatureGood || !(isNamed || isOther)) return undefined;
    return {
      certainty: isNamed ? "certain" : "likely",
      line: "query",
      signed: terms && `X-Amz-Credential region: ${terms.region}`,
      sent: isOther ? `the store's region: ${expected}` : undefined,
      says: "The ticket is signed for another region than the store's",
      mend: `Set \`region\` of the store to ${isOther ? `"${expected}"` : "the bucket's own"}, and ask for a new ticket.`,
    };
  },
};

const serviceDiffers: Cause = {
  name: "service-differs",
  find: ({ terms, isSignatureGood }) => {
    if (isSignatureGood || !terms || terms.service === "s3" || terms.service === "")
      return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Credential service: ${terms.service}`,
      sent: "the store's service: s3",
      says: "The ticket is signed for another service than s3",
      mend: `Sign with the service "s3": some libraries guess it from the host, and guess wrong for other hosts than Amazon's.`,
    };
  },
};

const dayDiffers: Cause = {
  name: "scope-date-differs",
  find: ({ terms, isSignatureGood }) => {
    const day = terms?.signedAt?.toISOString().slice(0, 10).replaceAll("-", "");
    if (isSignatureGood || !terms || terms.day === "" || day === undefined || day === terms.day)
      return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Credential day: ${terms.day}`,
      sent: `X-Amz-Date: ${day}`,
      says: "The day of the credential's scope is not the day of X-Amz-Date",
      mend: "Sign with one clock, in UTC: the day may not be a local one, nor come from a cache.",
    };
  },
};

export const SCOPE_CAUSES: readonly Cause[] = [regionDiffers, serviceDiffers, dayDiffers];

/** What a well-known host demands, where `region` is none of it. */
function regionOf(host: string, region: string): string | undefined {
  if (host.endsWith(".r2.cloudflarestorage.com")) return R2_REGIONS.has(region) ? region : "auto";
  const named = /(?:^|\.)s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
  return named ?? region;
}
