import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  ask,
  complete,
  controlEnvironment,
  ledgerName,
  moveClock,
  putObject,
  restoreEnvironment,
  rowsOf,
} from "../support/development-worker.ts";
import { CONFIG, ENV, postUpload, startWorker } from "../support/start-worker.ts";

beforeEach(() => {
  controlEnvironment();
});
afterEach(async () => {
  restoreEnvironment();
  await reset();
});

const MB = 1_000_000;
const RED = { claims: { team: "red" } };
const ledgerOf = (...names: readonly string[]) => env.LEDGER.getByName(ledgerName(...names));
const red = () => ledgerOf("development", "team", "red");

const ticket = async (user: string, size = 10 * MB, claims: object = RED.claims) =>
  ask("POST", "/v1/uploads", {
    user,
    claims,
    body: { policy: "team", contentType: "image/png", size },
  });

interface Granted {
  readonly id: string;
  readonly key: string;
  readonly quota: { readonly bytes: { readonly remaining: number } };
}
const grant = async (user: string, size?: number, claims?: object): Promise<Granted> => {
  const response = await ticket(user, size, claims);
  expect(response.status).toBe(201);
  return response.json();
};

const codeOf = async (response: Response) =>
  [response.status, (await response.json<{ code: string }>()).code] as const;

interface Listed {
  readonly uploads: readonly { readonly id: string; readonly policy: string }[];
  readonly cursor?: string;
}
const list = async (user: string, query = "", claims: object = RED.claims): Promise<Listed> =>
  (await ask("GET", `/v1/uploads${query}`, { user, claims })).json();

describe("a quota for a claim", () => {
  it("is one for all callers of a team, and another for every other team", async () => {
    await grant("alice");
    const { quota } = await grant("bob");
    expect(quota.bytes.remaining).toBe(5 * MB);
    expect(await codeOf(await ticket("carol"))).toEqual([429, "quota-exceeded"]);
    expect((await ticket("carol", 10 * MB, { team: "blue" })).status).toBe(201);
  });

  it("takes the place of the caller's own, which has no row of it", async () => {
    await grant("alice");
    expect(await rowsOf("SELECT name FROM sqlite_master")).toEqual([]);
    await runInDurableObject(red(), (_, { storage: { sql } }) => {
      const owners = sql.exec("SELECT owner, json_extract(claims, '$.sub') AS sub FROM upload");
      expect(owners.toArray()).toEqual([
        { owner: ledgerName("development", "alice"), sub: "alice" },
      ]);
    });
  });

  it("is refused without the claim, and with one that is no text and no whole number", async () => {
    for (const team of [undefined, "", 1.5, ["red"], { red: true }])
      expect(await codeOf(await ticket("alice", 1, { team }))).toEqual([403, "forbidden"]);
  });

  it("is exact when many members ask for the last bytes at once", async () => {
    const users = Array.from({ length: 10 }, (_, index) => `user-${index}`);
    const responses = await Promise.all(users.map(async (user) => ticket(user)));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(2);
  });

  it("lets a member complete, see and abort own uploads alone", async () => {
    const { id, key } = await grant("alice", 10);
    await putObject(key, 10);
    for (const [method, path] of [
      ["POST", `/v1/uploads/${id}/complete`],
      ["GET", `/v1/uploads/${id}`],
      ["DELETE", `/v1/uploads/${id}`],
    ] as const) {
      const refused = await ask(method, path, { user: "bob", ...RED });
      expect(await codeOf(refused)).toEqual([404, "upload-not-found"]);
    }
    const done = await ask("POST", `/v1/uploads/${id}/complete`, { user: "alice", ...RED });
    expect(done.status).toBe(200);
    expect((await list("bob")).uploads).toEqual([]);
    expect((await list("alice")).uploads).toHaveLength(1);
    expect((await list("alice", "?status=completed")).uploads).toHaveLength(1);
    expect((await list("alice", "?status=pending")).uploads).toEqual([]);
  });

  it("is completed by the alarm of the team's ledger, without a client", async () => {
    const { id, key } = await grant("alice", 10);
    await putObject(key, 10);
    moveClock(20 * 60);
    await runDurableObjectAlarm(red());
    const found = await ask("GET", `/v1/uploads/${id}`, { user: "alice", ...RED });
    expect(await found.json()).toMatchObject({ status: "completed" });
  });

  it("finds no upload of one team with a token of another", async () => {
    const { id } = await grant("alice", 10);
    const other = { user: "alice", claims: { team: "blue" } };
    const refused = await ask("GET", `/v1/uploads/${id}`, other);
    expect(await codeOf(refused)).toEqual([404, "upload-not-found"]);
    const without = await complete(id, "alice");
    expect([without.status, without.body["code"]]).toEqual([403, "forbidden"]);
  });

  it("is listed with the caller's other uploads, the newest first, a page at a time", async () => {
    const ids: string[] = [];
    for (let index = 0; index < 55; index += 1) {
      const body = { policy: "limited", contentType: "image/png", size: 1 };
      const options = { user: "alice", ...RED, body };
      const { id } =
        index % 2 === 0
          ? await grant("alice", 1)
          : await (await ask("POST", "/v1/uploads", options)).json<Granted>();
      ids.unshift(id);
      await grant("bob", 1);
      moveClock(2);
    }
    const first = await list("alice");
    expect(first.uploads).toHaveLength(50);
    const second = await list("alice", `?cursor=${first.cursor}`);
    expect([...first.uploads, ...second.uploads].map(({ id }) => id)).toEqual(ids);
    expect(second).not.toHaveProperty("cursor");
    const own = await list("alice", "", {});
    expect(new Set(own.uploads.map(({ policy }) => policy))).toEqual(new Set(["limited"]));
  });

  it("adds no page, and takes none away, where it has none of the caller's uploads", async () => {
    for (let index = 0; index < 51; index += 1) {
      const body = { policy: index === 0 ? "plan" : "limited", contentType: "image/png", size: 1 };
      expect((await ask("POST", "/v1/uploads", { ...RED, body })).status).toBe(201);
      moveClock(2);
    }
    const first = await list("alice");
    expect(first.uploads).toHaveLength(50);
    const second = await list("alice", `?cursor=${first.cursor}`);
    expect(second.uploads.map(({ policy }) => policy)).toEqual(["plan"]);
    expect(second).not.toHaveProperty("cursor");
  });

  it("is shared by a batch of policies with other owners, each in its own ledger", async () => {
    const uploads = ["team", "limited", "plan", "team"].map((policy) => ({
      policy,
      contentType: "image/png",
      size: 10 * MB,
    }));
    const response = await ask("POST", "/v1/uploads/batch", { ...RED, body: { uploads } });
    const { results } = await response.json<{
      results: { status: number; upload: { policy: string; quota: Record<string, object> } }[];
    }>();
    expect(results.map(({ status, upload: { policy } }) => [status, policy])).toEqual([
      [201, "team"],
      [201, "limited"],
      [201, "plan"],
      [201, "team"],
    ]);
    expect(results[3]?.upload.quota["bytes"]).toMatchObject({ remaining: 5 * MB });
    expect(results[2]?.upload.quota["stored"]).toMatchObject({ remaining: 15 * MB });
  });

  it("says what remains of it in the list of policies, to whoever has the claim", async () => {
    await grant("bob");
    const policiesOf = async (claims: object) => {
      const response = await ask("GET", "/v1/policies", { claims });
      const { policies } = await response.json<{ policies: { name: string; quota?: unknown }[] }>();
      return policies.find(({ name }) => name === "team");
    };
    expect(await policiesOf(RED.claims)).toMatchObject({
      quota: { bytes: { limit: 25 * MB, remaining: 15 * MB } },
    });
    expect(await policiesOf({})).toBeUndefined();
  });

  it("repeats a request for the member who sent it", async () => {
    const send = async (user: string) => {
      const headers = { "idempotency-key": "a-key" };
      const body = { policy: "team", contentType: "image/png", size: 10 };
      const response = await ask("POST", "/v1/uploads", { user, ...RED, body, headers });
      return (await response.json<Granted>()).id;
    };
    const first = await send("alice");
    expect(await send("alice")).toBe(first);
    expect(await send("bob")).not.toBe(first);
  });
});

describe("the ledger of a claim", () => {
  const names: string[] = [];
  const LEDGER = {
    getByName: (name: string) => {
      names.push(name);
      return env.LEDGER.getByName(name);
    },
  };
  const shared = { ...CONFIG.policies["photo"], quota: { pending: 5 }, quotaFor: "{claim.org}" };

  it("is named by the issuer, the claim and its value: no user and no other issuer has its name", async () => {
    const config = { ...CONFIG, policies: { photo: shared } };
    const worker = startWorker({ config, env: { ...ENV, LEDGER } });
    const photo = { policy: "photo", filename: "a.png", contentType: "image/png", size: 5 };
    await postUpload(worker, photo, { org: "acme" });
    const issuer = "https://backend.example.com";
    expect(names).toEqual([ledgerName(issuer, "org", "acme")]);
    const others = [
      ledgerName(issuer, "acme"),
      ledgerName("https://other.example.com", "org", "acme"),
      ledgerName(issuer, "team", "acme"),
    ];
    expect(others).not.toContain(names[0]);
  });
});
