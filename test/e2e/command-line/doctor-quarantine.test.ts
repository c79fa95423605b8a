/** What doctor says of quarantine: of the rights of two keys, of the store's rules, and of a scanner. */
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Finding, FindingName } from "../../../cli/doctor/finding.ts";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { ceph, compatible, defineConfig, sharedSecret } from "../../../src/define.ts";
import { BUCKET, ORIGIN, PAIRS, REGION, startDouble, type Double } from "../support/fake-store.ts";
import { examine } from "../support/run-doctor.ts";
import { startServer, type Server } from "../support/server.ts";

const NAMES: readonly FindingName[] = [
  "quarantine-writer",
  "quarantine-copy",
  "quarantine-condition",
  "quarantine-delete",
  "quarantine-lifecycle",
];

describe("the doctor, on a store with quarantine that breaks one promise at a time", () => {
  let double: Double;
  beforeAll(async () => {
    double = await startDouble();
  });
  afterEach(() => double.broken.clear());
  afterAll(async () => double.close());

  const definition = (policy: object = {}, provider: typeof compatible = ceph, more: object = {}) =>
    defineConfig({
      origins: [ORIGIN],
      issuers: [sharedSecret({ issuer: "https://backend.acme.dev", audience: "uploads" })],
      stores: {
        media: provider({ endpoint: double.endpoint, region: REGION, bucket: BUCKET, ...more }),
      },
      policies: {
        checked: {
          store: "media",
          key: "checked/{user}/{id}.{ext}",
          types: ["image/png"],
          maxBytes: "1 MB",
          quarantine: {},
          ...policy,
        },
      },
    });

  it("finds nothing wrong where each key has its rights, and leaves nothing behind", async () => {
    const { verdictOf, left } = await examine(definition(), PAIRS);
    expect(NAMES.map(verdictOf)).toEqual(NAMES.map(() => "good"));
    expect(left).toEqual([]);
    expect(double.keys()).toEqual([]);
  });

  it.for([
    ["writer-writes-final", "quarantine-writer"],
    ["writer-copies-final", "quarantine-writer"],
    ["reader-may-not-copy", "quarantine-copy"],
    ["no-copy-condition", "quarantine-condition"],
    ["reader-may-not-delete", "quarantine-delete"],
    ["no-expiry", "quarantine-lifecycle"],
    ["expiry-early", "quarantine-lifecycle"],
  ] as const)("is told of %s by the line %s", async ([broken, name]) => {
    double.broken.add(broken);
    const { all, bad } = await examine(definition(), PAIRS);
    expect(bad.filter((one) => NAMES.includes(one))).toEqual([name]);
    expect(all.find((one) => one.name === name)?.fix).toBeTruthy();
  });

  it("takes a store out of quarantine that ignores the condition of a copy", async () => {
    double.broken.add("no-copy-condition");
    const { setting } = await examine(definition(), PAIRS);
    expect(setting).toMatchObject({ capabilities: { copies: false } });
  });

  it("writes into the row of the provider whether a copy of another ETag is refused", async () => {
    const quarantined = { capabilities: { copies: true } };
    const { row } = await examine(definition({}, compatible, quarantined), PAIRS);
    expect(row).toMatch(
      /^ {4}copies: \{ trust: "enforced", headers: \["x-amz-copy-source-if-match"\]/m,
    );
    double.broken.add("no-copy-condition");
    const broken = await examine(definition(), PAIRS);
    expect(broken.row).toContain("    copies: undefined,");
    const without = await examine(definition({ quarantine: undefined }), PAIRS);
    expect(without.row).not.toContain("copies:");
  });

  it("says nothing of quarantine where no policy has one", async () => {
    const { all } = await examine(definition({ quarantine: undefined }), PAIRS);
    expect(all.filter(({ name }) => NAMES.includes(name))).toEqual([]);
  });
});

describe("the doctor, with a scanner", () => {
  const SECRET = `whsec_${Buffer.alloc(32, "s").toString("base64")}`;
  let server: Server;
  let url: string;
  let verdict: object = {};
  let isVerified = true;
  const scanner = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      try {
        if (isVerified) new Webhook(SECRET).verify(body, request.headers as Record<string, string>);
      } catch {
        response.writeHead(401).end();
        return;
      }
      const file = JSON.parse(body) as { url: string; headers: Record<string, string> };
      const { status } = await fetch(file.url, { headers: file.headers });
      response
        .writeHead(status)
        .end(JSON.stringify({ ...(JSON.parse(body) as object), ...verdict }));
    })();
  });
  beforeAll(async () => {
    scanner.listen(0, "127.0.0.1");
    await once(scanner, "listening");
    const address = scanner.address();
    if (!address || typeof address === "string") throw new Error("The scanner has no port");
    url = `http://127.0.0.1:${address.port}/scan`;
    server = await startServer();
  });
  afterEach(() => {
    verdict = {};
    isVerified = true;
  });
  afterAll(async () => {
    scanner.close();
    await server.close();
  });

  const findings = async (settings: object): Promise<readonly Finding[]> => {
    const checked = { ...development.policies["checked"], quarantine: { scanner: settings } };
    const definition = { ...development, defaultPolicy: "checked", policies: { checked } };
    const env = { ...DEVELOPMENT_SECRETS, SCANNER_SECRET: SECRET };
    const { all, left } = await examine(definition, env, server.url);
    expect(left).toEqual([]);
    return all.filter(({ name }) => name.startsWith("scanner"));
  };

  it("has a harmless file called clean, and a wrong signature refused", async () => {
    verdict = { verdict: "clean" };
    const found = await findings({ url });
    expect(found.map(({ name, verdict: one }) => [name, one])).toEqual([
      ["scanner", "good"],
      ["scanner-signature", "good"],
    ]);
  });

  it("is told of a scanner that answers whatever the signature", async () => {
    verdict = { verdict: "clean" };
    isVerified = false;
    expect(await findings({ url })).toMatchObject([
      { name: "scanner", verdict: "good" },
      { name: "scanner-signature", verdict: "bad" },
    ]);
  });

  it("is told of a scanner that finds something in everything, and of one without a verdict", async () => {
    verdict = { verdict: "infected", reason: "Everything" };
    expect(await findings({ url })).toMatchObject([
      { name: "scanner", verdict: "bad", message: expect.stringContaining("Everything") as string },
    ]);
    verdict = { verdict: "unsure" };
    expect(await findings({ url })).toMatchObject([{ name: "scanner", verdict: "bad" }]);
  });

  it("is told of a scanner that is down", async () => {
    const [found] = await findings({ url: "http://127.0.0.1:1/scan" });
    expect(found).toMatchObject({ name: "scanner", verdict: "bad" });
  });

  it("leaves a binding to the Worker, and says so", async () => {
    expect(await findings({ binding: "SCANNER" })).toMatchObject([
      { verdict: "note", message: "not tested: only the Worker can ask its binding SCANNER" },
    ]);
  });
});
