import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";

// A page of another site has a name of its own for this machine once it rebinds it (DNS rebinding).
it.for(["/dev/token?user=alice", "/dev/policies"])(
  "answers on a loopback host only: %s",
  async (path) => {
    const get = async (host: string) => exports.default.fetch(`http://${host}${path}`);
    for (const host of ["localhost:8787", "127.0.0.1", "[::1]:8787"])
      expect((await get(host)).status).toBe(200);
    for (const host of ["evil.example:8787", "localhost.evil.example", "127.0.0.1.evil.example"]) {
      const response = await get(host);
      expect(response.status).toBe(503);
      expect(await response.text()).toContain("misconfigured");
    }
  },
);

it("says how to ask for a token", async () => {
  const response = await exports.default.fetch("http://localhost:8787/dev/token?user=");
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("/dev/token?user=alice");
});
