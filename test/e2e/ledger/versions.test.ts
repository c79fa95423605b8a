/** Two whole versions of the Worker on one ledger, in every combination: docs/upgrade.md. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintDevelopmentAdminToken } from "../../../cli/mint.ts";
import {
  HAS_HISTORY,
  OLDER_VERSIONS,
  checkOut,
  type CheckedOut,
  type OlderVersion,
} from "../support/older-versions.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { bytesOf, put, type Answer, type Ticket } from "../support/server.ts";
import { VERSIONS, startVersions, type Version, type Versions } from "../support/versions.ts";

const BODY = bytesOf("not really a png");
const IMAGE = { policy: "image", contentType: "image/png", size: BODY.length };
const PART_BYTES = 8 * 2 ** 20;
const VIDEO = { policy: "video", contentType: "video/mp4", size: PART_BYTES + 1 };

/** Who grants an upload, and who is asked about it then. */
type Pair = readonly [from: Version, at: Version];
const NEWER_OLDER: Pair = ["newer", "older"];
const PAIRS: readonly Pair[] = [
  ["older", "older"],
  ["older", "newer"],
  NEWER_OLDER,
  ["newer", "newer"],
];

interface Part {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Granted extends Ticket {
  readonly quota: { readonly uploads: { readonly remaining: number } };
  readonly multipart: { readonly parts: readonly Part[] };
}

const COMBINATIONS = Object.entries(OLDER_VERSIONS).flatMap(([name, version]) =>
  VERSIONS.map((ledgers): { name: string; version: OlderVersion; ledgers: Version } => ({
    name,
    version,
    ledgers,
  })),
);

describe.skipIf(!HAS_HISTORY).for(COMBINATIONS)(
  "$name beside this version, on ledgers of the $ledgers one",
  ({ version, ledgers }) => {
    let source: CheckedOut;
    let receiver: Receiver;
    let versions: Versions;
    beforeAll(async () => {
      source = checkOut(version);
      receiver = await startReceiver();
      const vars = { WEBHOOK_URL: receiver.url };
      versions = await startVersions({ folder: source.folder, ledgers, vars });
    });
    afterAll(async () => {
      await versions.close();
      receiver.close();
      source.remove();
    });

    const grant = async (from: Version, user: string, body: object = IMAGE): Promise<Granted> => {
      const answer = await versions.ask(from, user, "POST /v1/uploads", { body });
      expect(answer).toMatchObject({ status: 201 });
      return answer.body as unknown as Granted;
    };
    const complete = async (
      at: Version,
      user: string,
      { id }: Pick<Ticket, "id">,
      body?: object,
    ): Promise<Answer> => versions.ask(at, user, `POST /v1/uploads/${id}/complete`, { body });
    const listAt = async (at: Version, user: string, query = "") => {
      const { body } = await versions.ask(at, user, `GET /v1/uploads${query}`);
      return (body["uploads"] as readonly Ticket[]).map(({ key }) => key);
    };
    /** For each pair whose second version reads the ids of the first, with a user of its own. */
    const eachPair = async (name: string, work: (pair: Pair, user: string) => Promise<void>) => {
      const pairs = PAIRS.filter((pair) => version.opensNewerIds || pair !== NEWER_OLDER);
      await Promise.all(pairs.map(async (pair) => work(pair, `${name}-${pair.join("-")}`)));
    };

    it("complete each other's uploads, of which the alarm sends one webhook", async () => {
      await eachPair("complete", async ([from, at], user) => {
        const ticket = await grant(from, user);
        expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
        expect(await complete(at, user, ticket)).toMatchObject({
          status: 200,
          body: { status: "completed" },
        });
        expect(await complete(from, user, ticket)).toMatchObject({ status: 200 });
        const { key } = ticket;
        expect(await receiver.waitFor(user, 1)).toMatchObject([
          { type: "upload.completed", data: { key } },
        ]);
      });
      const keys = receiver.received.map(({ data }) => data["key"]);
      expect(new Set(keys).size).toBe(keys.length);
    });

    it("complete each other's uploads under a policy without a ledger", async () => {
      await eachPair("free", async ([from, at], user) => {
        const ticket = await grant(from, user, { ...IMAGE, policy: "free" });
        expect(await put(ticket, BODY)).toMatchObject({ status: 200 });
        expect(await complete(at, user, ticket)).toMatchObject({ status: 200 });
      });
    });

    it.skipIf(version.opensNewerIds)(
      "answer 404 where the older one cannot read the id of the newer one",
      async () => {
        const { id } = await grant("newer", "unknown");
        const path = `/v1/uploads/${id}`;
        const requests = [`GET ${path}`, `POST ${path}/complete`, `DELETE ${path}`];
        for (const request of requests)
          expect(await versions.ask("older", "unknown", request)).toMatchObject({
            status: 404,
            body: { code: "upload-not-found" },
          });
      },
    );

    it("sign each other's parts, and put them together", async () => {
      await eachPair("parts", async ([from, at], user) => {
        const { id, multipart } = await grant(from, user, VIDEO);
        const asked = { body: { partNumbers: [2] } };
        const signed = await versions.ask(at, user, `POST /v1/uploads/${id}/parts`, asked);
        const parts = [multipart.parts[0], (signed.body["parts"] as readonly Part[])[0]];
        const sent: { partNumber: number; etag: string }[] = [];
        for (const [index, part] of parts.entries()) {
          if (!part) throw new Error("A part is missing");
          const { etag } = await put(part, new Uint8Array(index === 0 ? PART_BYTES : 1));
          sent.push({ partNumber: index + 1, etag });
        }
        const completed = await complete(at, user, { id }, { parts: sent });
        expect(completed).toMatchObject({ status: 200, body: { size: VIDEO.size } });
        expect(await listAt(from, user, "?status=completed")).toHaveLength(1);
      });
    });

    it("abort each other's uploads, in one PUT and in parts", async () => {
      await eachPair("abort", async ([from, at], user) => {
        for (const body of [IMAGE, VIDEO]) {
          const { id } = await grant(from, user, body);
          const { status } = await versions.ask(at, user, `DELETE /v1/uploads/${id}`);
          expect([202, 204]).toContain(status);
          expect(await versions.ask(from, user, `GET /v1/uploads/${id}`)).toMatchObject({
            status: 200,
            body: { status: "aborted" },
          });
        }
      });
    });

    it("count against one quota", async () => {
      const takeTurns = ["older", "newer", "older", "newer"] as const;
      for (const [index, from] of takeTurns.entries()) {
        const ticket = await grant(from, "quota");
        expect(ticket.quota.uploads.remaining).toBe(3 - index);
        await put(ticket, BODY);
        expect(await complete(from, "quota", ticket)).toMatchObject({ status: 200 });
      }
      for (const from of VERSIONS)
        expect(
          await versions.ask(from, "quota", "POST /v1/uploads", { body: IMAGE }),
        ).toMatchObject({ status: 429, body: { code: "quota-exceeded", limit: 4 } });
    });

    it("list the same uploads", async () => {
      const granted = [await grant("older", "list"), await grant("newer", "list")];
      const keys = granted.map(({ key }) => key).toSorted();
      for (const at of VERSIONS) {
        expect((await listAt(at, "list")).toSorted()).toEqual(keys);
        expect(await listAt(at, "list", "?status=completed")).toEqual([]);
      }
    });

    it("read and delete each other's objects", async () => {
      await eachPair("objects", async ([from, at], user) => {
        const ticket = await grant(from, user);
        await put(ticket, BODY);
        await complete(from, user, ticket);
        const body = { policy: "image", key: ticket.key };
        const download = await versions.ask(at, user, "POST /v1/downloads", { body });
        expect(download).toMatchObject({ status: 200 });
        const object = await fetch(String(download.body["url"]));
        expect(await object.bytes()).toEqual(BODY);
        expect(await versions.ask(at, user, "DELETE /v1/objects", { body })).toMatchObject({
          status: 204,
        });
      });
    });

    it("leave to the alarm what nobody completes, also ids that only one of them reads", async () => {
      for (const from of VERSIONS) {
        const user = `alarm-${from}`;
        const { key, ...ticket } = await grant(from, user);
        await put(ticket, BODY);
        // A quarter of an hour after the ticket. The next change sets the alarm.
        await versions.exec(user, "UPDATE upload SET due_ms = 1");
        await grant(from, user);
        expect(await receiver.waitFor(user, 1)).toMatchObject([
          { type: "upload.completed", data: { key } },
        ]);
      }
    });

    it("give a repeated request its upload where both the Worker and its ledger know that", async () => {
      await eachPair("repeat", async ([first, second], user) => {
        const headers = { "idempotency-key": user };
        const ids = await Promise.all(
          [first, second].map(async (from) => {
            const asked = { body: IMAGE, headers };
            const { status, body } = await versions.ask(from, user, "POST /v1/uploads", asked);
            expect(status).toBe(201);
            return body["id"];
          }),
        );
        const isKnown = ledgers === "newer" && first === "newer" && second === "newer";
        expect(new Set(ids).size).toBe(isKnown ? 1 : 2);
      });
    });

    it("say what an upload may be, with what remains of its quota where the ledger tells it", async () => {
      await grant("newer", "policies");
      const { body } = await versions.ask("newer", "policies", "GET /v1/policies");
      const policies = body["policies"] as readonly { name: string; quota?: object }[];
      const image = policies.find(({ name }) => name === "image");
      expect(image?.quota).toMatchObject({
        uploads: { limit: 4, ...(ledgers === "newer" && { remaining: 3 }) },
      });
    });

    it("answer 503 on a route whose call the ledger does not have, and 404 without the route", async () => {
      await grant("newer", "admin");
      const headers = { authorization: `Bearer ${await mintDevelopmentAdminToken("root", 600)}` };
      const request = "GET /v1/admin/users/admin/quota";
      expect(await versions.ask("newer", "admin", request, { headers })).toMatchObject(
        ledgers === "newer"
          ? { status: 200 }
          : { status: 503, body: { code: "ledger-unavailable" } },
      );
      expect(await versions.ask("older", "admin", request)).toMatchObject({ status: 404 });
    });

    it("have logged no failure but those of the two calls that the older ledger lacks", () => {
      const failures = versions
        .readLog()
        .flatMap((line) => /"event":"((ledger|alarm|cleanup)-failed)"/.exec(line)?.[1] ?? []);
      expect(failures).toEqual(ledgers === "newer" ? [] : ["ledger-failed", "ledger-failed"]);
    });
  },
);
