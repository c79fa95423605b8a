/** Causes in the scope of the credential: day, region, service. */
import type { Cause } from "./finding.ts";
import { parameterOf } from "./request.ts";
import { REQUIRED } from "./signing-parameters.ts";

const R2_REGIONS = new Set(["auto", "us-east-1", ""]);

/** AWS: "Authenticating Requests: Using Query Parameters". */
const CREDENTIAL = /^.+\/\d{8}\/[^/]*\/[^/]+\/aws4_request$/;

const credentialMalformed: Cause = {
  name: "credential-malformed",
  find: ({ url, code, message, isSignatureGood }) => {
    const credential = parameterOf(url, "X-Amz-Credential");
    const isWhole = REQUIRED.every((name) => parameterOf(url, name) !== undefined);
    // One that was cut off or encoded twice has a cause of its own.
    if (isSignatureGood || !isWhole || credential === undefined || /%2f/i.test(credential))
      return undefined;
    const isNamed = code.startsWith("Authorization") && /credential is mal-?formed/i.test(message);
    if (!isNamed && CREDENTIAL.test(credential)) return undefined;
    return {
      certainty: "certain",
      line: "query",
      sent: `X-Amz-Credential: ${credential}`,
      message: "X-Amz-Credential is malformed: stores expect KEY/YYYYMMDD/REGION/s3/aws4_request",
      fix: "Send the `url` of the ticket unchanged. If another signer made it: join the access key id, the date, the region, s3 and aws4_request with slashes.",
    };
  },
};

const regionDiffers: Cause = {
  name: "region-differs",
  find: ({ signing, answer, message, code, url, isSignatureGood }) => {
    // Not the REGION in the form of a credential, which a store prints if that is malformed.
    const isNamed = code.startsWith("Authorization") && /\bthe region\b/i.test(message);
    const named = answer.fields?.get("Region") ?? /expecting '([^']*)'/.exec(message)?.[1];
    const isWhole = signing !== undefined && signing.day !== "";
    const expected = named ?? (isWhole ? regionOf(url?.host ?? "", signing.region) : undefined);
    const isOther = expected !== undefined && isWhole && expected !== signing.region;
    if (isSignatureGood || !(isNamed || isOther)) return undefined;
    return {
      certainty: isNamed ? "certain" : "likely",
      line: "query",
      signed: signing && `X-Amz-Credential region: ${signing.region}`,
      sent: isOther ? `the store's region: ${expected}` : undefined,
      message: "The ticket is signed for another region than that of the store",
      fix: `Set \`region\` of the store to ${isOther ? `"${expected}"` : "the region of the bucket"}, and request a new ticket.`,
    };
  },
};

const serviceDiffers: Cause = {
  name: "service-differs",
  find: ({ signing, isSignatureGood }) => {
    if (isSignatureGood || !signing || signing.service === "s3" || signing.service === "")
      return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Credential service: ${signing.service}`,
      sent: "the store's service: s3",
      message: "The ticket is signed for another service than s3",
      fix: `Sign with the service "s3": some libraries guess the service from the host, which fails for stores other than Amazon S3.`,
    };
  },
};

const dayDiffers: Cause = {
  name: "scope-date-differs",
  find: ({ signing, isSignatureGood }) => {
    const day = signing?.signedAt?.toISOString().slice(0, 10).replaceAll("-", "");
    if (
      isSignatureGood ||
      !signing ||
      !/^\d{8}$/.test(signing.day) ||
      day === undefined ||
      day === signing.day
    )
      return undefined;
    return {
      certainty: "certain",
      line: "query",
      signed: `X-Amz-Credential day: ${signing.day}`,
      sent: `X-Amz-Date: ${day}`,
      message: "The date in X-Amz-Credential is not the date of X-Amz-Date",
      fix: "Take both from one clock, in UTC: the date must not be local time or come from a cache.",
    };
  },
};

export const SCOPE_CAUSES: readonly Cause[] = [
  credentialMalformed,
  regionDiffers,
  serviceDiffers,
  dayDiffers,
];

/** Returns the region that a well-known host requires, or `region` for any other host. */
function regionOf(host: string, region: string): string | undefined {
  if (host.endsWith(".r2.cloudflarestorage.com")) return R2_REGIONS.has(region) ? region : "auto";
  const named = /(?:^|\.)s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1];
  return named ?? region;
}
