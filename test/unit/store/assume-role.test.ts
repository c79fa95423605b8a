import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import { describe, expect, it, vi } from "vitest";
import { compileConfig } from "../../../src/config/compile.ts";
import { aws, ceph } from "../../../src/define.ts";
import { Secret } from "../../../src/secret.ts";
import { assumeRole } from "../../../src/store/assume-role.ts";
import { createSigner } from "../../../src/store/sigv4.ts";
import { CONFIG, ENV, NOW } from "../support/start-worker.ts";

const PARENT = { accessKeyId: "AKIDPARENT", secretAccessKey: "parent-secret-access-key" };
const ROLE = {
  roleArn: "arn:aws:iam::123456789012:role/scoped",
  sessionName: "a".repeat(64),
  sessionPolicy: '{"Version":"2012-10-17"}',
  durationSeconds: 900,
};

/** As AWS documents it (STS API Reference: AssumeRole, Sample Response). */
const answerOf = (fields: Readonly<Record<string, string>> = {}) => {
  const all = {
    AccessKeyId: "ASIAIOSFODNN7EXAMPLE",
    SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY",
    SessionToken: "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQW==",
    Expiration: "2026-11-22T07:15:00Z",
    ...fields,
  };
  const xml = Object.entries(all).map(([name, text]) => `<${name}>${text}</${name}>`);
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult><Credentials>${xml.join("\n")}</Credentials></AssumeRoleResult>
</AssumeRoleResponse>`;
};

function storeOf(definition: object) {
  const policies = { photo: { ...CONFIG.policies.photo, store: "media" } };
  const stores = { media: definition };
  const { origins, issuers } = CONFIG;
  const config = compileConfig({ origins, issuers, stores, policies }, ENV);
  const store = config.policies.get("photo")?.stores.get("default");
  if (!store) throw new Error("There is no store");
  return store;
}

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

type Answering = (signal?: AbortSignal | null) => Response | Promise<Response>;

async function ask(answer: Answering, definition: object = AWS) {
  const sent: Sent[] = [];
  const store = storeOf(definition);
  const parent = {
    accessKeyId: new Secret("ID", PARENT.accessKeyId),
    secretAccessKey: new Secret("KEY", PARENT.secretAccessKey),
    sessionToken: undefined,
  };
  const access = {
    signer: createSigner(parent, { region: store.region, service: "sts" }),
    now: () => NOW,
    fetch: async (url: string, init: RequestInit) => {
      const body = await new Response(init.body).text();
      sent.push({ url, headers: new Headers(init.headers), body });
      return answer(init.signal);
    },
  };
  return { result: assumeRole(store, ROLE, access), sent };
}

const AWS = aws({ region: "eu-central-1", bucket: "acme" });
const CEPH = ceph({ endpoint: "https://rgw.acme.dev:8443", region: "default", bucket: "acme" });
/** The reason that is logged: the answer to the client is the same for all. */
const reasonOf = async (answer: Answering) => {
  const { result } = await ask(answer);
  return result.then(
    () => "accepted",
    (error: unknown) => (error as { readonly logReason: string }).logReason,
  );
};

describe("AssumeRole", () => {
  it("returns the credentials", async () => {
    const { result } = await ask(() => new Response(answerOf()));
    expect(await result).toEqual({
      accessKeyId: "ASIAIOSFODNN7EXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY",
      sessionToken: "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQW==",
      expiresAt: new Date("2026-11-22T07:15:00Z"),
    });
  });

  it.for([
    [AWS, "https://sts.eu-central-1.amazonaws.com/"],
    [aws({ region: "cn-north-1", bucket: "acme" }), "https://sts.cn-north-1.amazonaws.com.cn/"],
    [CEPH, "https://rgw.acme.dev:8443/"],
    [{ ...CEPH, addressing: "virtual-host" }, "https://rgw.acme.dev:8443/"],
    [{ ...CEPH, publicEndpoint: "https://s3.acme.dev" }, "https://rgw.acme.dev:8443/"],
  ] as const)("asks the STS of the store, %#", async ([definition, url]) => {
    const { result, sent } = await ask(() => new Response(answerOf()), definition);
    await result;
    expect(sent.map((one) => one.url)).toEqual([url]);
  });

  it("is signed as the AWS SDK signs it, with its body", async () => {
    const { result, sent } = await ask(() => new Response(answerOf()));
    await result;
    const [request] = sent;
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: ROLE.roleArn,
      RoleSessionName: ROLE.sessionName,
      DurationSeconds: "900",
      Policy: ROLE.sessionPolicy,
    });
    const sdk = new SignatureV4({
      credentials: PARENT,
      region: "eu-central-1",
      service: "sts",
      sha256: Sha256,
      applyChecksum: false,
    });
    const hostname = "sts.eu-central-1.amazonaws.com";
    const signed = await sdk.sign(
      {
        method: "POST",
        protocol: "https:",
        hostname,
        path: "/",
        headers: { host: hostname, "content-type": "application/x-www-form-urlencoded" },
        body: request?.body,
      },
      { signingDate: new Date(NOW) },
    );
    expect(request?.headers.get("authorization")).toBe(signed.headers["authorization"]);
  });

  const error = (code: string) =>
    `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`;

  it.for([
    [
      () => new Response(error("AccessDenied"), { status: 403 }),
      "AssumeRole returned 403 AccessDenied",
    ],
    [() => new Response(error("Throttling")), "AssumeRole returned 200 Throttling"],
    [() => new Response("<html><body>Hello</body></html>"), "AssumeRole returned 200 with <html>"],
    [() => new Response(""), "AssumeRole returned 200"],
    [
      () => new Response(`${answerOf()}<!-- -->`),
      "AssumeRole returned 200 with <AssumeRoleResponse>",
    ],
    [() => new Response(null, { status: 302 }), "AssumeRole returned 302"],
    [() => new Response("a".repeat(40_000)), "AssumeRole got no readable response"],
    [() => Promise.reject(new Error("The network is down")), "AssumeRole got no readable response"],
    [
      () => new Response(answerOf({ SecretAccessKey: "" })),
      "AssumeRole returned no valid SecretAccessKey",
    ],
    [
      () => new Response(answerOf({ SessionToken: "a b" })),
      "AssumeRole returned no valid SessionToken",
    ],
    [
      () => new Response(answerOf({ AccessKeyId: "a\nb" })),
      "AssumeRole returned no valid AccessKeyId",
    ],
    [
      () => new Response(answerOf({ Expiration: "soon" })),
      "AssumeRole returned no valid Expiration",
    ],
  ] as const)("gives nothing where the answer is none, %#", async ([answer, reason]) => {
    expect(await reasonOf(answer)).toBe(reason);
  });

  it.for([
    "2026-11-22T07:00:00Z",
    "2026-11-22T06:59:59Z",
    "2026-11-22T07:20:01Z",
    "2026-11-22T99:99:99Z",
  ])("gives no credentials that end at %s", async (time) => {
    expect(await reasonOf(() => new Response(answerOf({ Expiration: time })))).toBe(
      "AssumeRole returned credentials with another life",
    );
  });

  it("gives nothing where no answer comes for 10 seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const signals: (AbortSignal | null | undefined)[] = [];
      const reason = reasonOf(
        async (signal) =>
          new Promise((_, reject) => {
            signals.push(signal);
            signal?.addEventListener("abort", () => reject(new Error("Aborted")));
          }),
      );
      await vi.waitFor(() => expect(signals).toHaveLength(1));
      vi.advanceTimersByTime(9000);
      expect(signals[0]?.aborted).toBe(false);
      vi.advanceTimersByTime(1000);
      expect(await reason).toBe("AssumeRole got no readable response");
    } finally {
      vi.useRealTimers();
    }
  });

  it("says nothing of what came in place of an answer", async () => {
    const { result } = await ask(() => new Response(answerOf({ Expiration: "soon" })));
    const thrown: unknown = await result.catch((error_: unknown) => error_);
    expect(thrown).toMatchObject({ code: "store-unavailable" });
    expect(JSON.stringify(thrown)).not.toContain("wJalr");
    expect((thrown as Error).message).not.toContain("wJalr");
  });
});
