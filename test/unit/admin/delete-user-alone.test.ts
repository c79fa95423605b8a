/** What is deleted with a user, beside others: in one bucket, in the quota of one team. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import { local } from "../../../src/define.ts";
import { askAsAdmin } from "../support/ask-as-admin.ts";
import {
  ask,
  isStored,
  ledgerName,
  moveClock,
  putObject,
  rowsOf,
} from "../support/development-worker.ts";
import { startFailingWorker } from "../support/failing-ledger.ts";
import { startForEach } from "../support/start-for-each.ts";
import { mintShared } from "../support/tokens.ts";

const each = startForEach({
  config: {
    ...development,
    revocations: false,
    policies: {
      ...development.policies,
      face: {
        store: "local",
        key: "faces/{user}",
        types: ["image/*"],
        maxBytes: "1 MB",
        overwrite: true,
      },
      album: {
        store: "local",
        key: "albums/{claim.team}/{user}/{id}.{ext}",
        types: ["image/*"],
        maxBytes: "1 MB",
        quota: { stored: "1 MB", objects: 10 },
        quotaFor: "{claim.team}",
      },
      shared: {
        store: "local",
        key: "shared/{claim.team}/{user}/{id}.{ext}",
        types: ["image/*"],
        maxBytes: "1 MB",
      },
      dated: {
        store: "local",
        key: "dated/{yyyy}/{user}/{id}.{ext}",
        types: ["image/*"],
        maxBytes: "1 MB",
      },
    },
  },
});

const RED = { team: "red" };
const red = () => env.LEDGER.getByName(ledgerName("development", "team", "red"));
const rowsOfTeam = async (query: string) =>
  runInDurableObject(red(), (_, { storage }) => storage.sql.exec(query).toArray());
const USERS_OF_TEAM = "SELECT json_extract(claims, '$.sub') AS user FROM upload ORDER BY user";

const deleteAlice = async (query = "") => {
  const response = await askAsAdmin(each.worker, "DELETE", `/users/alice${query}`);
  return response.json<{
    done: boolean;
    deletedObjects: number;
    abortedUploads: number;
    unattributed: readonly object[];
  }>();
};
async function deleteAll(query?: string): Promise<void> {
  for (let calls = 0; calls < 10; calls += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each call goes on where the one before it has ended
    if ((await deleteAlice(query)).done) return;
    moveClock(3600);
  }
  throw new Error("The user is not deleted after 10 calls");
}

async function uploadInTeam(user: string) {
  const body = { policy: "team", contentType: "image/png", size: 10 };
  const response = await ask("POST", "/v1/uploads", { user, claims: RED, body });
  const ticket = await response.json<{ id: string; key: string }>();
  await putObject(ticket.key, 10);
  const path = `/v1/uploads/${ticket.id}/complete`;
  expect((await ask("POST", path, { user, claims: RED })).status).toBe(200);
  return ticket;
}

describe("a user whose only key is the beginning of another one's", () => {
  it("is deleted alone", async () => {
    const others = ["faces/alice2", "faces/alice/x", "faces/alic"];
    for (const key of ["faces/alice", ...others]) await putObject(key, 10);
    await deleteAll();
    expect(await isStored("faces/alice")).toBe(false);
    for (const key of others) expect(await isStored(key), key).toBe(true);
  });
});

describe("a user of a team", () => {
  it("is deleted alone, and leaves the team what it has used", async () => {
    const [own, other] = [await uploadInTeam("alice"), await uploadInTeam("bob")];
    moveClock(3600);
    await deleteAll("?claim.team=red");
    expect(await isStored(own.key)).toBe(false);
    expect(await isStored(other.key)).toBe(true);
    expect(await rowsOfTeam(USERS_OF_TEAM)).toEqual([{ user: "bob" }]);
    expect(await rowsOfTeam("SELECT counter, used FROM window")).toEqual([
      { counter: "bytes", used: 20 },
    ]);
  });

  it("stays in it as long as nobody names the team, which the answer asks for", async () => {
    const { key } = await uploadInTeam("alice");
    moveClock(3600);
    const { unattributed } = await deleteAlice();
    expect(unattributed).toContainEqual({ policy: "shared", claim: "team" });
    // Of these nobody can tell.
    expect(unattributed).toContainEqual({ policy: "dated" });
    expect(await isStored(key)).toBe(true);
    expect(await rowsOfTeam(USERS_OF_TEAM)).toEqual([{ user: "alice" }]);
  });

  it("is found under the name of the team as it stands in keys", async () => {
    const [own, other] = ["shared/a.2fb/alice/1.png", "shared/a/b/alice/1.png"];
    for (const key of [own, other]) await putObject(key, 10);
    await deleteAll("?claim.team=a/b");
    expect([await isStored(own), await isStored(other)]).toEqual([false, true]);
  });

  it("who has none in it is deleted, and nobody else", async () => {
    await uploadInTeam("bob");
    moveClock(3600);
    await deleteAll("?claim.team=red");
    await deleteAll("?claim.team=nobodys");
    expect(await rowsOfTeam(USERS_OF_TEAM)).toEqual([{ user: "bob" }]);
  });

  it("gives the team back what the deleted objects took of its quota", async () => {
    await uploadInTeam("bob");
    const claims = { iss: "development", aud: "edge-presigner", sub: "alice", ...RED };
    const exp = Date.now() / 1000 + 600;
    const token = await mintShared(DEVELOPMENT_SECRETS.AUTH_SECRET, { ...claims, exp });
    const headers = { authorization: `Bearer ${token}` };
    const body = { policy: "album", contentType: "image/png", size: 10 };
    const { status } = await each.worker.ask("POST", "/v1/uploads", body, headers);
    expect(status).toBe(201);
    const key = "albums/red/alice/1.png";
    await putObject(key, 10);
    const etag = (await env.LOCAL_BUCKET?.head(key))?.etag ?? "";
    // The ledger itself does not know this policy: it counts nothing when an upload is completed.
    await rowsOfTeam(
      `INSERT INTO stored (store, key, policy, objects, bytes, etag, open_until_ms)
         VALUES ('local', '${key}', 'album', 1, 10, '${etag}', 0)`,
    );
    const usage = async () => rowsOfTeam("SELECT objects, bytes FROM stored_usage");
    expect(await usage()).toEqual([{ objects: 1, bytes: 10 }]);
    moveClock(3600);
    await deleteAll("?claim.team=red");
    expect(await usage()).toEqual([{ objects: 0, bytes: 0 }]);
  });

  it("ends no ticket of others, and drops no webhook of theirs", async () => {
    each.environment.receiver = () => new Response(null, { status: 500 });
    await uploadInTeam("alice");
    await uploadInTeam("bob");
    const body = { policy: "team", contentType: "image/png", size: 10 };
    await ask("POST", "/v1/uploads", { user: "bob", claims: RED, body });
    moveClock(1200);
    await deleteAlice("?claim.team=red");
    expect(await rowsOfTeam("SELECT DISTINCT status FROM upload ORDER BY status")).toEqual([
      { status: "completed" },
      { status: "pending" },
    ]);
    expect(
      await rowsOfTeam("SELECT json_extract(body, '$.data.user') AS user FROM message"),
    ).toEqual([{ user: "bob" }]);
  });
});

describe("one call", () => {
  it("deletes 25 objects at most, in all places together", async () => {
    for (const prefix of ["plan/alice/", "photos/alice/"])
      for (let index = 0; index < 20; index += 1) await putObject(`${prefix}${index}.png`, 1);
    const asked: unknown[] = [];
    each.environment.around = async ({ request }, answer) => {
      asked.push(new URL(request.url).searchParams.get("max-keys"));
      return answer();
    };
    expect(await deleteAlice()).toMatchObject({ done: false, deletedObjects: 25 });
    expect(await deleteAlice()).toMatchObject({ deletedObjects: 15 });
    // A store answers 0 with an empty list that has no next page.
    expect(asked).not.toContain("0");
  });

  it("is not the last one while the last place has more", async () => {
    for (let index = 0; index < 30; index += 1) await putObject(`shared/red/alice/${index}.png`, 1);
    const call = async () => deleteAlice("?claim.team=red");
    expect(await call()).toMatchObject({ done: false, deletedObjects: 25 });
    expect(await call()).toMatchObject({ done: true, deletedObjects: 5 });
  });

  it("ends five tickets at most, and no records before all are ended", async () => {
    for (let index = 0; index < 7; index += 1) await each.upload("plan", 10);
    expect(await deleteAlice()).toMatchObject({ done: false, abortedUploads: 5 });
    expect(await deleteAlice()).toMatchObject({ done: false, abortedUploads: 2 });
    // Their tickets last five minutes, and a PUT may end a quarter of an hour later.
    expect(await deleteAlice()).toMatchObject({
      done: false,
      remainingUploads: 7,
      remainUntil: "2040-01-01T00:20:00Z",
    });
    moveClock(3600);
    expect(await deleteAlice()).toMatchObject({ done: true });
  });
});

describe("the stores of a policy", () => {
  const isSignedBy = ({ headers }: Request, keyId: string) =>
    headers.get("authorization")?.includes(`Credential=${keyId}/`) ?? false;

  it("are all looked into, and the records stay until that works", async () => {
    await each.stored("plan", 10);
    await putObject("regional/alice/1.png", 10);
    moveClock(3600);
    const regional = {
      store: { EU: "europe", default: "local" },
      key: "regional/{user}/{id}.{ext}",
      types: ["image/*"],
      maxBytes: "1 MB",
    };
    const worker = startFailingWorker({
      config: {
        ...development,
        revocations: false,
        stores: { ...development.stores, europe: local({ bucket: "europe" }) },
        policies: { ...development.policies, regional },
      },
      secrets: { EUROPE_ACCESS_KEY_ID: "europe", EUROPE_SECRET_ACCESS_KEY: "europe's secret" },
    });
    const response = await askAsAdmin(worker, "DELETE", "/users/alice");
    // The test has no such bucket.
    expect(await response.json()).toMatchObject({
      done: false,
      problems: [{ policy: "regional", store: "europe" }],
    });
    expect(await isStored("regional/alice/1.png")).toBe(false);
    expect(await rowsOf("SELECT status FROM upload")).toEqual([{ status: "completed" }]);
  });

  it("delete with the key that writes, where that which reads may not", async () => {
    const secrets = {
      LOCAL_READ_ACCESS_KEY_ID: "reader",
      LOCAL_READ_SECRET_ACCESS_KEY: "reader's secret",
    };
    const worker = startFailingWorker({ secrets });
    await putObject("photos/alice/1.png", 10);
    each.environment.around = async ({ operation, request }, answer) =>
      operation === "DELETE" && isSignedBy(request, "reader")
        ? new Response(null, { status: 403 })
        : answer();
    const response = await askAsAdmin(worker, "DELETE", "/users/alice");
    expect(await response.json()).toMatchObject({ done: true, deletedObjects: 1, problems: [] });
    expect(await isStored("photos/alice/1.png")).toBe(false);
  });

  it("keep the records until all parts are aborted", async () => {
    let status = 500;
    const upload = `<Upload><Key>videos/alice/1.mp4</Key><UploadId>1</UploadId><Initiated>2039-12-31T00:00:00Z</Initiated></Upload>`;
    each.environment.around = async ({ request }, answer) => {
      const { searchParams } = new URL(request.url);
      if (searchParams.has("uploadId")) return new Response(null, { status });
      if (!searchParams.has("uploads")) return answer();
      const found = searchParams.get("prefix") === "videos/alice/" ? upload : "";
      return new Response(
        `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${found}</ListMultipartUploadsResult>`,
      );
    };
    expect(await deleteAlice()).toMatchObject({ done: false, abortedUploads: 0 });
    status = 204;
    expect(await deleteAlice()).toMatchObject({ done: true, abortedUploads: 1 });
  });
});
