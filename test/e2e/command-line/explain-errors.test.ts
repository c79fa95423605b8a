/** Errors as AWS documents them. Canonical requests are computed by the AWS SDK. */
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { beforeAll, describe, expect, it } from "vitest";
import {
  FLAGS,
  HEADERS,
  KEY,
  ORIGIN,
  PATH,
  errorOf,
  signExample,
  type ExampleTicket,
} from "../support/example-ticket.ts";
import { explain, signWithSdk } from "../support/run-explain.ts";

let ticket: ExampleTicket;
beforeAll(async () => {
  ticket = await signExample();
});

/** Whose protected steps are those of a store that verifies. */
class ReferenceSigner extends SignatureV4 {
  async mismatch(
    url: string,
    method: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { host, pathname, searchParams } = new URL(url);
    const { "X-Amz-Signature": signature = "", ...query } = Object.fromEntries(searchParams);
    const names = (query["X-Amz-SignedHeaders"] ?? "").split(";");
    const arrived = Object.fromEntries(
      names.map((name) => [name, { ...headers, host }[name] ?? ""]),
    );
    const request = {
      method,
      path: pathname,
      query,
      headers: arrived,
      protocol: "https:",
      hostname: host,
    };
    const canonical = this.createCanonicalRequest(request, arrived, "UNSIGNED-PAYLOAD");
    const scope = (query["X-Amz-Credential"] ?? "").split("/").slice(1).join("/");
    const date = query["X-Amz-Date"] ?? "";
    return errorOf({
      Code: "SignatureDoesNotMatch",
      Message:
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      AWSAccessKeyId: "AKIDEXAMPLE",
      StringToSign: await this.createStringToSign(date, scope, canonical, "AWS4-HMAC-SHA256"),
      SignatureProvided: signature,
      StringToSignBytes: "41 57 53",
      CanonicalRequest: canonical,
      CanonicalRequestBytes: "50 55 54",
    });
  }
}

const reference = new ReferenceSigner({
  credentials: KEY,
  region: KEY.region,
  service: "s3",
  sha256: Sha256,
  uriEscapePath: false,
});

describe("edge-presigner explain compares AWS's canonical request with the ticket, and names", () => {
  it.for([
    {
      cause: "content-type-parameters",
      line: "headers",
      change: { "content-type": "image/png; charset=utf-8" },
    },
    { cause: "header-not-sent", line: "headers", change: { "if-none-match": "" } },
    { cause: "length-differs", line: "headers", change: { "content-length": "13" } },
  ])("$cause", async ({ cause, line, change }) => {
    const xml = await reference.mismatch(ticket.url, "PUT", { ...HEADERS, ...change });
    const { findings, output } = await explain([JSON.stringify(ticket), xml], FLAGS);
    expect(findings).toMatchObject([{ cause, line, certainty: "certain" }]);
    expect(output).not.toContain(new URL(ticket.url).searchParams.get("X-Amz-Signature"));
  });
  it("method-differs, key-plus-for-space, parameter-added, signature-differs", async () => {
    const causeOf = async (url: string, method = "PUT") => {
      const xml = await reference.mismatch(url, method, HEADERS);
      return (await explain([JSON.stringify(ticket), xml], FLAGS)).findings.map(
        ({ cause }) => cause,
      );
    };
    expect(await causeOf(ticket.url, "POST")).toEqual(["method-differs"]);
    expect(await causeOf(ticket.url.replace("%2B", "%20"))).toEqual(["key-plus-for-space"]);
    expect(await causeOf(`${ticket.url}&x-id=PutObject`)).toEqual(["parameter-added"]);
    expect(await causeOf(ticket.url.replace(/Signature=../, "Signature=00"))).toEqual([
      "signature-differs",
    ]);
  });
  it("wrong-secret where all is the same, to the byte, with nothing but ticket and error", async () => {
    const xml = await reference.mismatch(ticket.url, "PUT", HEADERS);
    const { findings } = await explain([JSON.stringify(ticket), xml], FLAGS);
    expect(findings).toMatchObject([{ cause: "wrong-secret", certainty: "certain" }]);
  });
});

describe("edge-presigner explain calls a malformed credential by its name, and not a region", () => {
  const MALFORMED = {
    Code: "AuthorizationQueryParametersError",
    Message:
      'Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
  };
  const SCOPE = /%2F\d{8}%2F[\w-]+%2Fs3%2Faws4_request/;
  it.for([
    ["without its end", `%2F20261122%2F${KEY.region}%2Fs3`],
    ["with another date", `%2F2026-11-22%2F${KEY.region}%2Fs3%2Faws4_request`],
    ["of the key alone", ""],
  ] as const)("%s", async ([, scope]) => {
    const url = ticket.url.replace(SCOPE, scope);
    expect(url).not.toBe(ticket.url);
    for (const given of [[url], [url, errorOf(MALFORMED)]]) {
      const { findings } = await explain(given, FLAGS);
      expect(findings.map(({ cause }) => cause)).toEqual(["credential-malformed"]);
    }
  });
});

describe("edge-presigner explain takes AWS's word, of", () => {
  it.for([
    {
      cause: "expired",
      fields: {
        Code: "AccessDenied",
        Message: "Request has expired",
        "X-Amz-Expires": "300",
        Expires: "2026-11-22T07:05:00Z",
        ServerTime: "2026-11-22T07:09:00Z",
      },
    },
    {
      cause: "ticket-of-the-future",
      fields: { Code: "AccessDenied", Message: "Request is not yet valid" },
    },
    {
      cause: "header-not-signed",
      fields: {
        Code: "AccessDenied",
        Message: "There were headers present in the request which were not signed",
        HeadersNotSigned: "x-amz-acl",
      },
    },
    {
      cause: "checksum-added",
      fields: {
        Code: "AccessDenied",
        Message: "There were headers present in the request which were not signed",
        HeadersNotSigned: "x-amz-sdk-checksum-algorithm, x-amz-checksum-crc32",
      },
    },
    {
      cause: "copy-source-added",
      fields: {
        Code: "AccessDenied",
        Message: "There were headers present in the request which were not signed",
        HeadersNotSigned: "x-amz-copy-source",
      },
    },
    {
      cause: "region-differs",
      fields: {
        Code: "AuthorizationQueryParametersError",
        Message:
          "Error parsing the X-Amz-Credential parameter; the region 'eu-central-1' is wrong; expecting 'us-west-2'",
        Region: "us-west-2",
      },
    },
    {
      cause: "expires-too-large",
      fields: {
        Code: "AuthorizationQueryParametersError",
        Message:
          "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
      },
    },
    {
      cause: "clock-differs",
      fields: {
        Code: "RequestTimeTooSkewed",
        Message: "The difference between the request time and the current time is too large.",
        RequestTime: "20261122T070000Z",
        ServerTime: "2026-11-22T06:40:00Z",
        MaxAllowedSkewMilliseconds: "900000",
      },
    },
    {
      cause: "unknown-access-key",
      fields: {
        Code: "InvalidAccessKeyId",
        Message: "The AWS Access Key Id you provided does not exist in our records.",
        AWSAccessKeyId: "AKIDEXAMPLE",
      },
    },
    {
      cause: "session-token-expired",
      fields: {
        Code: "ExpiredToken",
        Message: "The provided token has expired.",
        "Token-0": "a-session-token",
      },
    },
    {
      cause: "session-token-invalid",
      fields: {
        Code: "InvalidToken",
        Message: "The provided token is malformed or otherwise invalid.",
      },
    },
    {
      cause: "authorization-beside-signature",
      fields: {
        Code: "InvalidArgument",
        Message:
          "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        ArgumentName: "Authorization",
      },
    },
    {
      cause: "redirected",
      fields: {
        Code: "PermanentRedirect",
        Message:
          "The bucket you are attempting to access must be addressed using the specified endpoint.",
        Endpoint: "media.s3.us-west-2.amazonaws.com",
        Bucket: "media",
      },
    },
    {
      cause: "length-required",
      fields: {
        Code: "MissingContentLength",
        Message: "You must provide the Content-Length HTTP header.",
      },
    },
    {
      cause: "length-required",
      fields: {
        Code: "NotImplemented",
        Message: "A header you provided implies functionality that is not implemented",
        Header: "Transfer-Encoding",
      },
    },
    {
      cause: "header-not-implemented",
      fields: {
        Code: "NotImplemented",
        Message: "A header you provided implies functionality that is not implemented",
        Header: "x-amz-tagging",
      },
    },
    {
      cause: "checksum-differs",
      fields: {
        Code: "BadDigest",
        Message: "The CRC64NVME you specified did not match the calculated checksum.",
      },
    },
    {
      cause: "written-at-once",
      fields: {
        Code: "ConditionalRequestConflict",
        Message:
          "The conditional request cannot succeed due to a conflicting operation against this resource.",
      },
    },
    {
      cause: "already-stored",
      fields: {
        Code: "PreconditionFailed",
        Message: "At least one of the pre-conditions you specified did not hold",
        Condition: "If-None-Match",
      },
    },
    {
      cause: "too-large",
      fields: {
        Code: "EntityTooLarge",
        Message: "Your proposed upload exceeds the maximum allowed size",
        MaxSizeAllowed: "5368709120",
      },
    },
    {
      cause: "body-cut",
      fields: {
        Code: "RequestTimeout",
        Message:
          "Your socket connection to the server was not read from or written to within the timeout period.",
      },
    },
    {
      cause: "no-such-bucket",
      fields: {
        Code: "NoSuchBucket",
        Message: "The specified bucket does not exist",
        BucketName: "media",
      },
    },
    {
      cause: "no-such-upload",
      fields: { Code: "NoSuchUpload", Message: "The specified upload does not exist." },
    },
    { cause: "no-permission", fields: { Code: "AccessDenied", Message: "Access Denied" } },
  ])("$fields.Code: $cause", async ({ cause, fields }) => {
    const { findings, exitCode } = await explain([JSON.stringify(ticket), errorOf(fields)], FLAGS);
    expect(findings).toMatchObject([{ cause }]);
    expect(exitCode).toBe(0);
  });
  it("temporary keys without their token: session-token-missing", async () => {
    const temporary = await signWithSdk(ORIGIN, PATH, HEADERS, {
      ...KEY,
      accessKeyId: "ASIAEXAMPLE",
    });
    const xml = errorOf({
      Code: "InvalidAccessKeyId",
      Message: "The AWS Access Key Id you provided does not exist in our records.",
    });
    expect((await explain([JSON.stringify(temporary), xml], FLAGS)).findings).toMatchObject([
      { cause: "session-token-missing" },
    ]);
  });
});
