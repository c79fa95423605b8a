/**
 * The keys of an issuer in workerd, where a request waits for the promise of another one. The local
 * runtime seems to finish a fetch whose client has gone: the unit tests hold what happens if not.
 */
import { once } from "node:events";
import { createServer, request, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestHarness } from "wrangler";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { afterEach, describe, expect, it } from "vitest";

interface Issuer {
  readonly http: HttpServer;
  readonly url: string;
  /** Answers that are held back. */
  readonly held: (() => void)[];
  readonly token: string;
}

async function startIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256" };
  const held: (() => void)[] = [];
  const http = createServer((_, response) => {
    held.push(() => response.end(JSON.stringify({ keys: [jwk] })));
  });
  await once(http.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const token = await new SignJWT({ sub: "alice" })
    .setProtectedHeader({ alg: "ES256", kid: "k1" })
    .setExpirationTime("1 h")
    .sign(privateKey);
  return { http, url, held, token };
}

async function until(isDone: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isDone(); tries += 1)
    // oxlint-disable-next-line no-await-in-loop -- polls
    await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("the JWK Set of an issuer, in workerd", () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map(async (close) => close()));
  });

  const start = async () => {
    const issuer = await startIssuer();
    const harness = createTestHarness({
      workers: [
        {
          configPath: "./test/e2e/fixture/keys/wrangler.toml",
          vars: { JWKS_URL: issuer.url },
        },
      ],
    });
    const { url } = await harness.listen();
    closing.push(async () => {
      issuer.http.closeAllConnections();
      issuer.http.close();
      await harness.close();
    });
    return {
      issuer,
      url: url.origin,
      verify: async () => (await fetch(url, headers(issuer))).text(),
    };
  };
  const headers = ({ token }: Issuer) => ({ headers: { authorization: token } });

  it("is fetched once for ten requests that wait for it", async () => {
    const { issuer, verify } = await start();
    const answers = Array.from({ length: 10 }, verify);
    await until(() => issuer.held.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const answer of issuer.held) answer();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 10 }, () => "alice"));
    expect(issuer.held).toHaveLength(1);
  });

  it("arrives for the others after the client of the first has gone", async () => {
    const { issuer, url, verify } = await start();
    const first = request(url, headers(issuer)).on("error", () => undefined);
    first.end();
    await until(() => issuer.held.length > 0);
    const answers = Array.from({ length: 5 }, verify);
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const answer of issuer.held) answer();
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 5 }, () => "alice"));
    expect(issuer.held).toHaveLength(1);
  });
});
