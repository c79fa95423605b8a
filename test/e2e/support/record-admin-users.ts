/** Records what admins are answered about users and objects, by the Worker and its store. */
import { mintDevelopmentAdminToken } from "../../../cli/mint.ts";
import { exchange, type Exchanges } from "./exchange.ts";
import { askForTicket, call, put, tokenFor, type Server } from "./server.ts";

const FILE = new Uint8Array(5);
const PNG = { policy: "plan", contentType: "image/png", size: FILE.length };

export async function recordAdminUsers(server: Server): Promise<Exchanges> {
  const user = `carol-${crypto.randomUUID()}`;
  const token = tokenFor(user);
  const ticket = await askForTicket(server, token, PNG);
  await put(ticket, FILE);
  await call(server, token, "POST", `/v1/uploads/${ticket.id}/complete`);

  const authorization = `Bearer ${await mintDevelopmentAdminToken("operator", 600)}`;
  const ask = async (method: string, path: string, body?: object) =>
    exchange(server.url, fetch, [method, `/v1/admin${path}`, body], { headers: { authorization } });
  const ready = await exchange(server.url, fetch, ["GET", "/readyz"], {
    headers: { authorization },
  });
  const quota = `/users/${user}/quota`;
  return {
    "admin-uploads": await ask("GET", `/users/${user}/uploads`),
    "admin-quota": await ask("GET", quota),
    "admin-quota-corrected": await ask("PATCH", quota, {
      policy: "plan",
      used: { objects: 1, stored: 5 },
      expected: { objects: 1 },
    }),
    "admin-object": await ask("GET", `/uploads?key=${encodeURIComponent(ticket.key)}`),
    "admin-upload": await ask("GET", `/uploads?id=${ticket.id}`),
    ready,
    "admin-stuck": await ask("GET", "/stuck"),
    "admin-user-deletion": await ask("DELETE", `/users/${user}`),
    "admin-user-deleted": await ask("DELETE", `/users/nobody-${user}`),
  };
}
