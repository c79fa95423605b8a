import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../support/command.ts";
import { askForTicket, call, put, startServer, tokenFor, type Server } from "../support/server.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.close());

const FILE = new Uint8Array(1000);
const PNG = { policy: "plan", contentType: "image/png", size: FILE.length };
const admin = async (...args: readonly string[]) =>
  runCommand(["admin", ...args, "--url", server.url]);

async function upload(user: string) {
  const token = tokenFor(user);
  const ticket = await askForTicket(server, token, PNG);
  expect((await put(ticket, FILE)).status).toBe(200);
  await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
  return ticket;
}

describe("edge-presigner admin", () => {
  it("lists the uploads of a user, also of one whose id has special characters", async () => {
    const user = "auth0|a/b?c";
    const { key } = await upload(user);
    const { stdout, status } = await admin("uploads", user);
    expect(stdout).toMatch(/CREATED +STATUS +POLICY +SIZE +KEY +NAME/);
    expect(stdout).toContain(key);
    expect(stdout).toContain("Not shown: team. It needs --claim team=…");
    expect(status).toBe(0);
    const none = await admin("uploads", user, "--status", "expired", "--claim", "team=red");
    expect(none.stdout).toBe("No uploads.\n");
  });

  it("shows and corrects a quota", async () => {
    await upload("monica");
    const shown = await admin("quota", "monica");
    expect(shown.stdout).toMatch(/plan +stored +1000 +25000000 +24999000/);
    const args = ["--policy", "plan", "--set", "stored=5000", "--set", "objects=2"];
    const corrected = await admin("quota", "monica", ...args);
    expect(corrected.stdout).toMatch(/before[^]+stored +1000 [^]+after[^]+stored +5000 /);
    expect(corrected.status).toBe(0);
    const both = await admin("quota", "monica", ...args, "--reset");
    const unnamed = await admin("quota", "monica", "--reset");
    const unknown = await admin("quota", "monica", "--policy", "plan", "--set", "pending=1");
    expect([both.status, unnamed.status, unknown.status]).toEqual([2, 2, 2]);
  });

  it("corrects what the ledger counts as stored, from what the store has", async () => {
    const { key } = await upload("chandler");
    await admin("quota", "chandler", "--policy", "plan", "--set", "objects=7");
    const args = ["reconcile", "--config", "dev/presigner.config.ts", "--url", server.url];
    const of = ["--user", "chandler", "--policy", "plan"];
    const differing = await runCommand([...args, ...of]);
    expect(differing.stdout).toContain("they differ");
    expect(differing.status).toBe(1);
    const applied = await runCommand([...args, ...of, "--apply"]);
    expect(applied.stdout).toContain("the ledger counts what the store has now");
    expect(applied.status).toBe(0);
    expect((await runCommand([...args, ...of])).stdout).toContain("they agree");
    expect(await server.read(key)).toBeDefined();
  });

  it("corrects nothing while an upload is in progress", async () => {
    await upload("joey");
    await askForTicket(server, tokenFor("joey"), PNG);
    const args = ["--url", server.url, "--user", "joey", "--policy", "plan", "--apply"];
    const ran = await runCommand(["reconcile", "--config", "dev/presigner.config.ts", ...args]);
    expect(ran.stderr).toContain("Uploads are in progress");
    expect(ran.status).toBe(2);
  });

  it("finds an object by its key and by the id of its upload", async () => {
    const { id, key } = await upload("phoebe");
    for (const args of [[key], ["--id", id]]) {
      // oxlint-disable-next-line no-await-in-loop -- commands share the output of the process
      const { stdout } = await admin("find", ...args);
      expect(stdout).toContain(`key     ${key}`);
      expect(stdout).toContain("user    phoebe of development, policy plan");
      expect(stdout).toMatch(/upload {2}\S+: completed /);
      expect(stdout).toMatch(/store {3}local \(uploads\): 1 kB \(1000 bytes\), image\/png, ETag /);
    }
    const unknown = await admin("find", "nobody/knows");
    expect(unknown.stderr).toContain("404 not-found");
    expect([unknown.status, (await admin("find")).status]).toEqual([1, 2]);
  });

  it("says that nothing is stuck, and that a webhook does not wait", async () => {
    expect((await admin("stuck")).stdout).toBe("Nothing is stuck.\n");
    const { stderr, status } = await admin("retry", "phoebe", "none");
    expect(stderr).toContain("404 not-found: No such message waits");
    expect(status).toBe(1);
  });

  it("deletes a user, and says when the rest can be deleted", async () => {
    const { key } = await upload("gunther");
    const asked = await admin("delete-user", "gunther");
    expect(asked.stderr).toContain("Add --yes");
    expect(await server.read(key)).toBeDefined();
    const { stdout, status } = await admin("delete-user", "gunther", "--yes");
    expect(stdout).toMatch(/1 upload can still arrive: run it again after 20\d\d-/);
    expect(stdout).toContain("team: name the value of a claim with --claim team=…");
    expect(status).toBe(1);
    expect(await server.read(key)).toBeUndefined();
    const nobody = await admin("delete-user", "nobody-at-all", "--yes", "--json");
    expect(JSON.parse(nobody.stdout)).toMatchObject({ done: true, deletedObjects: 0 });
    expect(nobody.status).toBe(0);
  });

  it("needs the token of an admin", async () => {
    const { stderr, status } = await admin("stuck", "--token", tokenFor("alice"));
    expect(stderr).toContain("403 not-admin");
    expect(status).toBe(1);
  });
});
