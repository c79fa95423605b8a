/**
 * The routes that look up and delete users, for those who are no admins, and with names that are made to look like
 * something else (CWE-22, CWE-639, CWE-862).
 */
import { describe, expect, it } from "vitest";
import { mintDevelopmentAdminToken } from "../../cli/mint.ts";
import { askForTicket, call, put, tokenFor } from "../e2e/support/server.ts";
import { ADMINS } from "../../openapi/admin.ts";
import { server } from "./support/attack.ts";

const ROUTES = ADMINS.map(({ method, path }) => [method.toUpperCase(), path] as const);
const FILE = new Uint8Array(10);
const PNG = { policy: "plan", contentType: "image/png", size: FILE.length };

async function ask(method: string, path: string, token?: string, body?: unknown) {
  const response = await fetch(server.url + path, {
    method,
    redirect: "manual",
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = (text === "" ? {} : JSON.parse(text)) as Readonly<Record<string, unknown>>;
  return { status: response.status, code: json["code"], json, text };
}

const askAsAdmin = async (method: string, path: string, body?: unknown) =>
  ask(method, `/v1/admin${path}`, await mintDevelopmentAdminToken("operator", 600), body);

async function store(user: string) {
  const token = tokenFor(user);
  const ticket = await askForTicket(server, token, PNG);
  expect((await put(ticket, FILE)).status).toBe(200);
  await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);
  return { token, ...ticket };
}

describe("the routes of admins", () => {
  it("are known to this test", () => {
    expect(ROUTES.length).toBeGreaterThan(6);
    expect(ROUTES).toContainEqual(["DELETE", "/v1/admin/users/{user}"]);
  });

  it.for(ROUTES)("refuse a user, and anybody without a token: %s %s", async ([method, path]) => {
    const victim = path.replace("{user}", "victim").replace("{message}", "m");
    expect(await ask(method, victim, tokenFor("mallory"))).toMatchObject({
      status: 403,
      code: "not-admin",
    });
    // A user's own data is none of these routes' either.
    const own = path.replace("{user}", "mallory").replace("{message}", "m");
    expect((await ask(method, own, tokenFor("mallory"))).status).toBe(403);
    expect((await ask(method, victim)).status).toBe(401);
  });
});

describe("a name that is made to look like another", () => {
  it.each(["victim/", "victim/../victim", "./victim", "victim%2f", "victim\u0000", "VICTIM"])(
    "deletes nothing of victim: %j",
    async (name) => {
      const { key } = await store("victim");
      const { status } = await askAsAdmin("DELETE", `/users/${encodeURIComponent(name)}`);
      expect([200, 202, 422]).toContain(status);
      expect(await server.read(key)).toBeDefined();
    },
  );

  it.each(["..", "%2e%2e", ".", ""])("is no user at all: %j", async (name) => {
    const { key } = await store("victim");
    const { status } = await askAsAdmin("DELETE", `/users/${name}`);
    expect(status).toBe(404);
    expect(await server.read(key)).toBeDefined();
  });

  it("finds no object outside the keys of policies", async () => {
    for (const key of [
      "plan/../plan/victim/a.png",
      "/plan/victim/a.png",
      "a".repeat(2000),
      "\u0000",
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      const { status } = await askAsAdmin("GET", `/uploads?key=${encodeURIComponent(key)}`);
      expect([404, 422]).toContain(status);
    }
  });
});

describe("a look-up", () => {
  it("gives an admin no right over the object, and no ticket", async () => {
    const { id, key } = await store("victim");
    const found = await askAsAdmin("GET", `/uploads?key=${encodeURIComponent(key)}`);
    const listed = await askAsAdmin("GET", "/users/victim/uploads");
    for (const { text } of [found, listed]) expect(text).not.toMatch(/X-Amz-|Signature|receipt/i);
    const admin = await mintDevelopmentAdminToken("operator", 600);
    const download = await ask("POST", "/v1/downloads", admin, { policy: "plan", key });
    const complete = await ask("POST", `/v1/uploads/${id}/complete`, admin);
    expect([download.status, complete.status]).toEqual([401, 401]);
  });

  it("of a user by one who names another issuer finds nothing", async () => {
    await store("victim");
    const { status } = await askAsAdmin("GET", "/users/victim/uploads?issuer=https://evil.example");
    expect(status).toBe(422);
  });
});
