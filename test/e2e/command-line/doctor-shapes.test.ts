/** The doctor on policies of odd shapes, and on stores that answer at odd times. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { probeWorkerTicket } from "../../../cli/doctor/probe-worker-ticket.ts";
import { PERMISSIONS } from "../../../cli/doctor/probe-permissions.ts";
import { openSession } from "../../../cli/doctor/session.ts";
import { compileConfig } from "../../../src/config/compile.ts";
import type { ProviderName } from "../../../src/store/providers.ts";
import { ceph, compatible, defineConfig, sharedSecret } from "../../../src/define.ts";
import { examine } from "../support/run-doctor.ts";
import { SECRETS } from "../support/secrets.ts";
import {
  BUCKET,
  ORIGIN,
  PAIRS,
  REGION,
  startDouble,
  type Break,
  type Double,
} from "../support/fake-store.ts";

const checksums = {
  sha256: "enforced",
  crc32: "enforced",
  crc32c: "refused",
  crc64nvme: "refused",
} as const;

let double: Double;
const folder = mkdtempSync(join(tmpdir(), "doctor-shapes-"));
beforeAll(async () => {
  double = await startDouble();
});
afterEach(() => double.broken.clear());
afterAll(async () => {
  await double.close();
  rmSync(folder, { recursive: true });
});

const definition = (policy: object, claims: Readonly<Record<string, string[]>> = {}) =>
  defineConfig({
    origins: [ORIGIN],
    issuers: [
      { ...sharedSecret({ issuer: "https://backend.acme.dev", audience: "uploads" }), claims },
    ],
    stores: {
      media: ceph({
        endpoint: double.endpoint,
        region: REGION,
        bucket: BUCKET,
        capabilities: { checksums },
      }),
    },
    policies: {
      clip: {
        store: "media",
        key: "clips/{user}/{id}.{ext}",
        types: ["video/*"],
        maxBytes: "1 GB",
        multipartFrom: "8 MiB",
        ...policy,
      },
    },
  });

const whatIsNotGood = async (policy: object, claims?: Readonly<Record<string, string[]>>) => {
  const { all } = await examine(definition(policy, claims), PAIRS);
  return all
    .filter(({ verdict, name }) => verdict !== "good" && !name.startsWith("checksum-"))
    .map(({ name, verdict, message }) => `${name} ${verdict}: ${message}`);
};

describe("the doctor, on policies of odd shapes", () => {
  it("raises no alarm where a policy takes text/html alone", async () => {
    expect(await whatIsNotGood({ types: ["text/html"] })).toEqual([]);
  });

  it("raises no alarm where nobody knows the types", async () => {
    expect(await whatIsNotGood({ types: ["chemical/*"], key: "c/{user}/{name}" })).toEqual([]);
    expect(await whatIsNotGood({ types: ["application/x-acme"], key: "c/{user}/{name}" })).toEqual(
      [],
    );
  });

  it("has a key of its own for each ticket, whatever the template", async () => {
    expect(await whatIsNotGood({ key: "inbox/{name}", shared: true })).toEqual([]);
    expect(
      await whatIsNotGood(
        { key: "teams/{claim.team}/{claim.role}/{name}", shared: true },
        { role: ["member"] },
      ),
    ).toEqual([]);
  });

  it("touches no object whose key every upload has", async () => {
    const policy = { key: "site/logo.{ext}", shared: true, overwrite: true };
    await expect(examine(definition(policy), PAIRS)).rejects.toThrow("the same for every upload");
    const ofClaim = { ...policy, key: "site/{claim.role}.png" };
    await expect(examine(definition(ofClaim, { role: ["member"] }), PAIRS)).rejects.toThrow(
      "the same for every upload",
    );
  });

  it("sends what a policy of its bucket demands with each checksum", async () => {
    double.broken.add("demands-condition");
    const { all, bad, setting } = await examine(definition({}), PAIRS);
    expect(all.find(({ name }) => name === "checksum-sha256")).toMatchObject({ verdict: "good" });
    expect({ bad, setting }).toEqual({ bad: [], setting: {} });
    const demanding = definition({ checksum: ["sha256", "md5"], multipartFrom: undefined });
    expect((await examine(demanding, PAIRS)).bad).toEqual([]);
  });

  it("sends no file of gigabytes through a deployed Worker", async () => {
    const config = compileConfig(definition({ minBytes: "1 GB" }), {
      ...SECRETS,
      ...PAIRS,
    });
    const url = new URL("http://127.0.0.1:9");
    const finding = await probeWorkerTicket({ url, config, token: "none", policy: "clip" });
    expect(finding).toMatchObject({ verdict: "note" });
  });

  it("asks nobody to take a right away that a provider's keys always have", async () => {
    for (const one of ["writer-lists", "writer-reads", "writer-deletes"] as const)
      double.broken.add(one);
    const config = compileConfig(definition({}), { ...SECRETS, ...PAIRS });
    const [store] = config.policies.get("clip")?.stores.values() ?? [];
    if (!store) throw new Error("No store");
    const verdictsOn = async (providerName: ProviderName) => {
      const context = { nowMs: Date.now, newId: randomUUID, signal: new AbortController().signal };
      const as = { ...store, providerName };
      const session = openSession(config, as, { embeddedOrigin: "http://localhost:1", context });
      const found = await Promise.all(PERMISSIONS.map(async ({ run }) => run(session)));
      await session.cleanup.run();
      return found.flat().map(({ verdict }) => verdict);
    };
    expect(await verdictsOn("r2")).toEqual(["note", "note", "note", "good", "good"]);
    expect(await verdictsOn("minio")).toEqual(["bad", "bad", "bad", "good", "good"]);
  });
});

describe("the doctor, where a store does not take every file", () => {
  it.each(["busy", "less-busy"] as const)(
    "says nothing of what it could not try: %s",
    async (when) => {
      const promises: readonly Break[] = [
        "writer-reads",
        "public",
        "copies",
        "no-condition",
        "length",
        "expiry",
      ];
      for (const one of [when, ...promises]) double.broken.add(one);
      double.forget();
      const { verdictOf } = await examine(definition({}), PAIRS);
      const told = [
        "writer-reads",
        "public-object",
        "copy-source",
        "second-write",
        "longer-body",
        "shorter-body",
        "other-type",
        "other-key",
        "changed-header",
        "expired-ticket",
      ] as const;
      for (const name of told) expect(verdictOf(name), name).toMatch(/^(bad|unknown)$/);
    },
  );

  it("names no problem that a busy store does not have", async () => {
    double.broken.add("busy");
    double.forget();
    expect((await examine(definition({ key: "c/{user}/{name}" }), PAIRS)).bad).toEqual([]);
  });

  it("leaves no multipart upload behind where listing fails, nor a file where access does", async () => {
    double.broken.add("no-parts-listed");
    await examine(definition({}), PAIRS);
    expect(double.uploads()).toEqual([]);
    double.broken.clear();
    double.broken.add("refuses-empty-header");
    const stores = {
      media: compatible({
        endpoint: double.endpoint,
        region: REGION,
        bucket: BUCKET,
        copyGuard: "signed-empty",
      }),
    };
    const { bad, left } = await examine({ ...definition({}), stores }, PAIRS);
    expect(bad).toContain("put");
    expect({ left, keys: double.keys() }).toEqual({ left: [], keys: [] });
  });

  it("lists as left what is there, and nothing else", async () => {
    const { MEDIA_ACCESS_KEY_ID, MEDIA_SECRET_ACCESS_KEY } = PAIRS;
    double.broken.add("writer-reads");
    const { left } = await examine(definition({}), {
      MEDIA_ACCESS_KEY_ID,
      MEDIA_SECRET_ACCESS_KEY,
    });
    expect(left.toSorted()).toEqual(double.keys().toSorted());
    double.forget();
  });

  it("takes away what it put when it is interrupted, and says so to the shell", async () => {
    const path = join(folder, "presigner.config.ts");
    writeFileSync(path, `export default ${JSON.stringify(definition({}))};`);
    double.broken.add("slow");
    const child = spawn(process.execPath, ["cli/main.ts", "doctor", "--config", path], {
      env: { ...process.env, ...PAIRS },
      stdio: ["ignore", "pipe", "pipe"],
    });
    await expect
      .poll(() => double.keys().length, { interval: 5, timeout: 20_000 })
      .toBeGreaterThan(4);
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(130);
    expect({ keys: double.keys(), uploads: double.uploads() }).toEqual({ keys: [], uploads: [] });
  });
});
