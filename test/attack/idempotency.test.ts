/**
 * Somebody else's `Idempotency-Key`, guessed or read in a log, and keys that are none.
 *
 * Clients choose keys, and some choose `1`: a key alone must not name an answer.
 */
import { describe, expect, it } from "vitest";
import { sendRaw } from "../e2e/support/raw-http.ts";
import { tokenFor } from "../e2e/support/server.ts";
import { alice, bob, server } from "./support/attack.ts";

const PNG = { policy: "limited", contentType: "image/png", size: 5 };

interface Ticket {
  readonly id: string;
  readonly key: string;
  readonly url: string;
}

async function request(token: string, key: string, body: object = PNG): Promise<Response> {
  return fetch(`${server.url}/v1/uploads`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": key,
    },
    body: JSON.stringify(body),
  });
}

const create = async (token: string, key: string): Promise<Ticket> =>
  (await request(token, key)).json() as Promise<Ticket>;

describe("somebody else's Idempotency-Key", () => {
  it("gives the other one's ticket, where the key alone names an answer", async () => {
    const answers = new Map<string, Ticket>();
    const careless = async (token: string, key: string) => {
      const known = answers.get(key) ?? (await create(token, key));
      answers.set(key, known);
      return known;
    };
    const key = crypto.randomUUID();
    const { url } = await careless(alice, key);
    expect(await careless(bob, key)).toMatchObject({ url });
  });

  it("gives an upload of one's own, and tells nothing", async () => {
    const key = crypto.randomUUID();
    const victim = await create(alice, key);
    const attacker = await create(bob, key);
    expect(attacker.key).toMatch(/^limited\/bob\//);
    expect(attacker.id).not.toBe(victim.id);
    // Whether the body fits is not told either.
    expect((await request(tokenFor("carol"), key, { ...PNG, size: 6 })).status).toBe(201);
  });
});

describe("one's own Idempotency-Key", () => {
  it("gives nothing under another policy: not its types, and not its key", async () => {
    const key = crypto.randomUUID();
    const limited = await create(alice, key);
    const photo = await request(alice, key, { ...PNG, policy: "photo" });
    expect(((await photo.json()) as Ticket).key).toMatch(/^photos\/alice\//);
    const text = await request(alice, key, { ...PNG, contentType: "text/plain" });
    expect(text.status).toBe(415);
    expect((await create(alice, key)).id).toBe(limited.id);
  });

  it("makes no ticket longer than it was granted, or live longer", async () => {
    const key = crypto.randomUUID();
    const first = await create(alice, key);
    const other = await request(alice, key, { ...PNG, size: 10_000_000 });
    expect(other.status).toBe(422);
    expect(await other.text()).not.toContain("X-Amz-Signature");
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const again = await create(alice, key);
    const endOf = ({ url }: Ticket) => {
      const query = new URL(url).searchParams;
      const [, y, mo, d, h, mi, s] =
        /^(....)(..)(..)T(..)(..)(..)Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
      return (
        Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`) / 1000 + Number(query.get("X-Amz-Expires"))
      );
    };
    expect(again.url).not.toBe(first.url);
    expect(endOf(again)).toBe(endOf(first));
  });
});

describe("an Idempotency-Key that is none", () => {
  it.for([
    ["of 10 kB", "a".repeat(10_000)],
    ["of 256 characters", "a".repeat(256)],
    ["with a quote inside", '"a"b"'],
    ["that comes twice", "a, b"],
    ["with SQL in it", "'; DROP TABLE upload; --"],
  ] as const)("is refused %s, and not repeated", async ([, key]) => {
    const response = await request(alice, key);
    expect(response.status).toBe(400);
    const text = await response.text();
    expect(text).toContain("bad-request");
    expect(text).not.toContain(key);
  });

  it.for([
    ["a control character", "a\u0001b"],
    ["a null", "a\0b"],
    ["DEL", "a\u007Fb"],
    ["a byte beyond ASCII", "a\u00E9b"],
  ] as const)("is refused with %s", async ([, key]) => {
    const body = Buffer.from(JSON.stringify(PNG));
    const { status } = await sendRaw(new URL(server.url).host, {
      method: "POST",
      target: "/v1/uploads",
      headers: [
        ["Host", new URL(server.url).host],
        ["Authorization", `Bearer ${alice}`],
        ["Content-Type", "application/json"],
        ["Content-Length", String(body.length)],
        ["Idempotency-Key", key],
      ],
      body,
    });
    expect(status).toBe(400);
  });

  it("is text and no statement where it has quotes around it", async () => {
    const key = `"'; DROP TABLE upload; --"`;
    expect((await create(alice, key)).id).toBe((await create(alice, key)).id);
  });
});
