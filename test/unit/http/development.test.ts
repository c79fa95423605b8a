import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

// A page of another site has a name of its own for this machine once it rebinds it (DNS rebinding).
it("answers on a loopback host only", async () => {
  const get = async (host: string) => exports.default.fetch(`http://${host}/dev/token?user=alice`);
  for (const host of ["localhost:8787", "127.0.0.1", "[::1]:8787"])
    expect((await get(host)).status).toBe(200);
  for (const host of ["evil.example:8787", "localhost.evil.example", "127.0.0.1.evil.example"]) {
    const response = await get(host);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("misconfigured");
  }
});

it("gives tickets of three seconds, by the rules of every other ticket", async () => {
  const answer = await exports.default.fetch("http://localhost:8787/dev/token?user=alice");
  const { token } = await answer.json<{ token: string }>();
  const ask = async (path: string, contentType: string) => {
    const response = await exports.default.fetch(`http://localhost:8787${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ policy: "photo", contentType, size: 5 }),
    });
    return response.json();
  };
  expect(await ask("/dev/short-tickets", "image/png")).toMatchObject({ expiresIn: 3 });
  expect(await ask("/v1/uploads", "image/png")).toMatchObject({ expiresIn: 300 });
  expect(await ask("/dev/short-tickets", "text/html")).toMatchObject({ code: "type-not-allowed" });
});

it("says how to ask for a token", async () => {
  const response = await exports.default.fetch("http://localhost:8787/dev/token?user=");
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("/dev/token?user=alice");
});
