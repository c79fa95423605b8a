import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import development from "../../../dev/presigner.config.ts";
import { copyTimeoutMs } from "../../../src/store/copy.ts";
import {
  ask,
  complete,
  controlEnvironment,
  ledgerOf,
  moveClock,
  putFile,
  readFile,
  restoreEnvironment,
  rowsOf,
  type Environment,
  type StoreRequest,
} from "../support/development-worker.ts";
import { startFailingWorker, type LedgerFault } from "../support/failing-ledger.ts";

let environment: Environment;
beforeEach(() => {
  environment = controlEnvironment();
});
afterEach(async () => {
  environment.around = undefined;
  restoreEnvironment();
  await reset();
});

const PNG = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13]);
/** As long as the image, so that the size does not tell. */
const PAGE = new TextEncoder().encode("<html>123456");
const OTHER = Uint8Array.from([...PNG.subarray(0, 11), 14]);

const MINUTE = 60;
const EXPIRY_AND_GRACE = 20 * MINUTE;
const LEASE = 3 * MINUTE;
const alarm = async () => runDurableObjectAlarm(ledgerOf());
const pendingOf = (key: string) => `pending/${key}`;
const eventsOf = () =>
  environment.delivered.map(({ body }) => (JSON.parse(body) as { type: string }).type);
const statusOf = async () =>
  (await rowsOf("SELECT status FROM upload")).map(({ status }) => status);

/** A ledger without records deletes itself. */
const isForgotten = async () =>
  (await rowsOf("SELECT 1 FROM sqlite_master WHERE name = 'upload'")).length === 0;

interface Granted {
  readonly id: string;
  readonly key: string;
}

/** A ticket of the policy `checked`. */
async function grant(size = PNG.length): Promise<Granted> {
  const body = { policy: "checked", contentType: "image/png", size };
  const response = await ask("POST", "/v1/uploads", { body });
  expect(response.status).toBe(201);
  return response.json();
}

/** A ticket with its file. */
async function send(bytes: Uint8Array = PNG): Promise<Granted> {
  const granted = await grant(bytes.length);
  await putFile(pendingOf(granted.key), bytes);
  return granted;
}

/** Does something once, when the store is asked that. */
function once(
  isMeant: (asked: StoreRequest) => boolean,
  work: (answer: () => Promise<Response>, asked: StoreRequest) => Promise<Response>,
): void {
  let isDone = false;
  environment.around = async (asked, answer) => {
    if (isDone || !isMeant(asked)) return answer();
    isDone = true;
    return work(answer, asked);
  };
}

const isCopy = ({ operation }: StoreRequest) => operation === "COPY";

/** What has to be so in the end, whatever happened in between. */
async function expectPromoted({ id, key }: Granted): Promise<void> {
  expect(await statusOf()).toEqual(["completed"]);
  expect(await readFile(key)).toEqual(PNG);
  expect(await readFile(pendingOf(key))).toBeUndefined();
  expect(await complete(id)).toMatchObject({ status: 200, body: { key, size: PNG.length } });
  await alarm();
  expect(eventsOf()).toEqual(["upload.completed"]);
}

/** Something that a test lets happen, in the context of its own requests. */
function later(): { readonly wait: Promise<void>; readonly go: () => void } {
  let go = () => undefined as void;
  const wait = new Promise<void>((resolve) => (go = resolve));
  return { wait, go: () => go() };
}

describe("a promotion", () => {
  it("asks the store five times, and of other policies nothing more than before", async () => {
    const { id, key } = await send();
    environment.requests.length = 0;
    expect(await complete(id)).toMatchObject({ status: 200 });
    expect(environment.requests).toEqual([
      `HEAD ${pendingOf(key)}`,
      `GET ${pendingOf(key)}`,
      `PUT ${key}`,
      `HEAD ${key}`,
      `DELETE ${pendingOf(key)}`,
    ]);

    const body = { policy: "limited", contentType: "image/png", size: PNG.length };
    const limited = await (await ask("POST", "/v1/uploads", { body })).json<Granted>();
    await putFile(limited.key, PNG);
    environment.requests.length = 0;
    expect(await complete(limited.id)).toMatchObject({ status: 200 });
    expect(environment.requests).toEqual([`HEAD ${limited.key}`]);
  });

  it("is made by the alarm where no client completes the upload", async () => {
    const granted = await send();
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    await expectPromoted(granted);
  });

  it("is rejected by the alarm too", async () => {
    const { id, key } = await send(PAGE);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    await alarm();
    expect(await statusOf()).toEqual(["rejected"]);
    expect(await readFile(key)).toBeUndefined();
    expect(await readFile(pendingOf(key))).toBeUndefined();
    expect(await complete(id)).toMatchObject({ status: 422, body: { upload: "rejected" } });
    expect(eventsOf()).toEqual(["upload.rejected"]);
  });

  it("is made of a file that came after its ticket had expired", async () => {
    const granted = await grant();
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await statusOf()).toEqual(["expired"]);
    await putFile(pendingOf(granted.key), PNG);
    moveClock(24 * 60 * MINUTE);
    await alarm();
    expect(await statusOf()).toEqual(["completed"]);
    expect(await readFile(granted.key)).toEqual(PNG);
  });

  it("is not made of another file than its client has sent", async () => {
    const { id, key } = await send();
    const response = await ask("POST", `/v1/uploads/${id}/complete`, { body: { etag: '"0123"' } });
    expect(response.status).toBe(422);
    expect(await statusOf()).toEqual(["pending"]);
    expect(await readFile(key)).toBeUndefined();
    expect(await complete(id)).toMatchObject({ status: 200 });
  });

  it("holds its upload for as long as the copy may take, and what follows", async () => {
    const { id } = await send();
    let heldMs = 0;
    once(isCopy, async (answer) => {
      const [row] = await rowsOf("SELECT due_ms FROM upload");
      heldMs = Number(row?.["due_ms"]) - Date.now();
      return answer();
    });
    await complete(id);
    expect(heldMs).toBeCloseTo(copyTimeoutMs(PNG.length) + 90_000);
  });

  it("leaves an upload pending whose file has not come, until its ticket has expired", async () => {
    const granted = await grant();
    expect(await complete(granted.id)).toMatchObject({ status: 422 });
    const [before] = await rowsOf("SELECT due_ms FROM upload");
    moveClock(LEASE);
    await alarm();
    expect(await statusOf()).toEqual(["pending"]);
    expect((await rowsOf("SELECT due_ms FROM upload"))[0]).toEqual(before);
    await putFile(pendingOf(granted.key), PNG);
    expect(await complete(granted.id)).toMatchObject({ status: 200 });
  });
});

const STEPS = ["HEAD pending", "GET", "COPY", "HEAD final", "DELETE"] as const;
const isStep =
  (step: (typeof STEPS)[number]) =>
  ({ operation, key }: StoreRequest) => {
    const [name, place] = step.split(" ");
    if (operation !== name) return false;
    return place === undefined || (place === "pending") === key.startsWith("pending/");
  };

describe("a promotion that is interrupted", () => {
  it.for(STEPS.flatMap((step) => ["before", "after"].map((when) => [step, when] as const)))(
    "(killed at %s, %s the store did it) goes on by the alarm",
    async ([step, when]) => {
      const worker = startFailingWorker();
      const granted = await send();
      const [reached, end] = [later(), later()];
      once(isStep(step), async (answer) => {
        if (when === "after") await answer();
        reached.go();
        // Whoever is killed catches nothing: until the end of the test it does nothing more.
        await end.wait;
        throw new Error("Killed");
      });
      const request = worker.ask("POST", `/v1/uploads/${granted.id}/complete`);
      await reached.wait;
      expect(await statusOf()).toEqual(["pending"]);
      moveClock(LEASE);
      await alarm();
      await expectPromoted(granted);
      end.go();
      await request;
      expect(await readFile(granted.key)).toEqual(PNG);
    },
  );

  it.for(STEPS.flatMap((step) => ["before", "after"].map((when) => [step, when] as const)))(
    "(the answer to %s is lost, %s the store did it) is made by the next request",
    async ([step, when]) => {
      const granted = await send();
      once(isStep(step), async (answer) => {
        if (when === "after") await answer();
        throw new Error("Network connection lost");
      });
      expect(await complete(granted.id)).toMatchObject({ status: 502 });
      expect(await statusOf()).toEqual(["pending"]);
      expect(await complete(granted.id)).toMatchObject({ status: 200 });
      await expectPromoted(granted);
    },
  );

  const FAULTS = ["before", "after", "evicted"] as const satisfies readonly LedgerFault[];
  it.for(FAULTS.flatMap((fault) => [0, 1, 2, 3, 4].map((call) => [fault, call] as const)))(
    "(%s call %i of the ledger fails) goes on by the alarm",
    async ([fault, call]) => {
      const worker = startFailingWorker();
      const granted = await send();
      worker.failAt(call, fault);
      const { status } = await worker.ask("POST", `/v1/uploads/${granted.id}/complete`);
      expect([200, 503]).toContain(status);
      moveClock(EXPIRY_AND_GRACE);
      await alarm();
      await expectPromoted(granted);
    },
  );

  it("has one at a time: the others are told to ask again", async () => {
    const worker = startFailingWorker();
    const granted = await send();
    const [reached, end] = [later(), later()];
    once(isCopy, async (answer) => {
      reached.go();
      await end.wait;
      return answer();
    });
    const first = worker.ask("POST", `/v1/uploads/${granted.id}/complete`);
    await reached.wait;
    environment.requests.length = 0;
    const second = await ask("POST", `/v1/uploads/${granted.id}/complete`);
    expect(second.status).toBe(202);
    expect(environment.requests).toEqual([]);
    expect(second.headers.get("retry-after")).toBe("2");
    expect(await second.json()).toEqual({
      id: granted.id,
      status: "pending",
      policy: "checked",
      key: granted.key,
      retryAfter: 2,
    });
    end.go();
    expect((await first).status).toBe(200);
    await expectPromoted(granted);
  });
});

describe("the alarm", () => {
  it("promotes soon after a request has failed whose client is gone", async () => {
    const granted = await send();
    once(isCopy, async () => Promise.reject(new Error("Network connection lost")));
    expect(await complete(granted.id)).toMatchObject({ status: 502 });
    moveClock(LEASE);
    await alarm();
    await expectPromoted(granted);
  });

  it("keeps no client waiting after it has found nothing", async () => {
    const granted = await grant();
    once(isStep("HEAD pending"), async () => Promise.reject(new Error("Network connection lost")));
    expect(await complete(granted.id)).toMatchObject({ status: 502 });
    moveClock(LEASE);
    environment.requests.length = 0;
    await alarm();
    expect(environment.requests).not.toEqual([]);
    expect(await statusOf()).toEqual(["pending"]);
    await putFile(pendingOf(granted.key), PNG);
    expect(await complete(granted.id)).toMatchObject({ status: 200 });
  });

  it("is one promotion at a time, also of an upload that has expired", async () => {
    const granted = await grant();
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await statusOf()).toEqual(["expired"]);
    await putFile(pendingOf(granted.key), PNG);
    moveClock(24 * 60 * MINUTE);
    let meanwhile = 0;
    once(isCopy, async (answer) => {
      meanwhile = (await complete(granted.id)).status;
      return answer();
    });
    await alarm();
    expect(meanwhile).toBe(202);
    expect(await statusOf()).toEqual(["completed"]);
    expect(await readFile(granted.key)).toEqual(PNG);
  });
});

describe("what a client does meanwhile", () => {
  it("to swap the file after the check is refused by the store", async () => {
    const { id, key } = await send();
    once(isCopy, async (answer) => {
      await putFile(pendingOf(key), PAGE);
      return answer();
    });
    expect(await complete(id)).toMatchObject({ status: 502 });
    expect(await readFile(key)).toBeUndefined();
    expect(await complete(id)).toMatchObject({ status: 422, body: { upload: "rejected" } });
    expect(await readFile(key)).toBeUndefined();
  });

  it("to swap it before the first bytes are read is refused by the store", async () => {
    const { id, key } = await send();
    once(isStep("GET"), async (answer) => {
      await putFile(pendingOf(key), PAGE);
      return answer();
    });
    expect(await complete(id)).toMatchObject({ status: 502 });
    expect(await complete(id)).toMatchObject({ status: 422, body: { upload: "rejected" } });
  });

  it("to swap it is found on a store that ignores the condition", async () => {
    const { id, key } = await send();
    once(isCopy, async (_, { request }) => {
      await putFile(pendingOf(key), PAGE);
      await putFile(key, PAGE);
      expect(request.headers.get("x-amz-copy-source-if-match")).not.toBeNull();
      return new Response("<CopyObjectResult><ETag>x</ETag></CopyObjectResult>");
    });
    expect(await complete(id)).toMatchObject({ status: 502 });
    expect(await readFile(key)).toBeUndefined();
    expect(await complete(id)).toMatchObject({ status: 422, body: { upload: "rejected" } });
  });

  it("to swap it between the copy and its look at it leaves nothing, if that was interrupted", async () => {
    const { id, key } = await send();
    once(isStep("HEAD final"), async () => {
      await putFile(pendingOf(key), PAGE);
      throw new Error("Network connection lost");
    });
    expect(await complete(id)).toMatchObject({ status: 502 });
    expect(await readFile(key)).toEqual(PNG);
    expect(await complete(id)).toMatchObject({ status: 422, body: { upload: "rejected" } });
    expect(await readFile(key)).toBeUndefined();
  });

  it("to replace it by another good file gets that one promoted, with its ETag", async () => {
    const { id, key } = await send();
    once(isCopy, async (answer) => {
      await putFile(pendingOf(key), OTHER);
      return answer();
    });
    expect(await complete(id)).toMatchObject({ status: 502 });
    expect(await complete(id)).toMatchObject({ status: 200 });
    expect(await readFile(key)).toEqual(OTHER);
  });

  it.for(["HEAD pending", "GET", "COPY", "HEAD final", "DELETE"] as const)(
    "to abort at %s leaves no copy",
    async (step) => {
      const { id, key } = await send();
      once(isStep(step), async (answer) => {
        const aborted = await ask("DELETE", `/v1/uploads/${id}`);
        expect([202, 204]).toContain(aborted.status);
        return answer();
      });
      const { status } = await complete(id);
      expect([410, 422, 502]).toContain(status);
      expect(await readFile(key)).toBeUndefined();
      moveClock(EXPIRY_AND_GRACE);
      await alarm();
      expect(await readFile(key)).toBeUndefined();
      expect(await statusOf()).toEqual(["aborted"]);
    },
  );

  it("to abort after the copy was seen leaves no copy", async () => {
    const { id, key } = await send();
    once(isStep("DELETE"), async (answer) => {
      const answered = await answer();
      await ask("DELETE", `/v1/uploads/${id}`);
      return answered;
    });
    expect(await complete(id)).toMatchObject({ status: 410 });
    expect(await readFile(key)).toBeUndefined();
  });

  it("to delete the object while a second promotion copies it leaves no copy", async () => {
    const policies = {
      ...development.policies,
      checked: { ...development.policies.checked, delete: true },
    };
    const worker = startFailingWorker({ config: { ...development, policies } });
    const { id, key } = await send();
    const [reached, end] = [later(), later()];
    // The store has read the source, and is slow to write the copy.
    once(isCopy, async () => {
      reached.go();
      await end.wait;
      await putFile(key, PNG);
      return new Response("<CopyObjectResult><ETag>x</ETag></CopyObjectResult>");
    });
    const slow = worker.ask("POST", `/v1/uploads/${id}/complete`);
    await reached.wait;
    moveClock(LEASE);
    expect(await complete(id)).toMatchObject({ status: 200 });
    const deleted = await worker.ask("DELETE", "/v1/objects", { policy: "checked", key });
    expect(deleted.status).toBe(204);
    end.go();
    await slow;
    expect(await readFile(key)).toBeUndefined();
  });

  it("to delete the object before a late copy of it comes gets that removed with the ticket", async () => {
    const policies = {
      ...development.policies,
      checked: { ...development.policies.checked, delete: true },
    };
    const worker = startFailingWorker({ config: { ...development, policies } });
    const { id, key } = await send();
    await complete(id);
    const deleted = await worker.ask("DELETE", "/v1/objects", { policy: "checked", key });
    expect(deleted.status).toBe(204);
    await putFile(key, PNG);
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await readFile(key)).toBeUndefined();
  });

  it("to use the ticket again after the promotion is cleaned up when it has expired", async () => {
    const { id, key } = await send();
    await complete(id);
    await putFile(pendingOf(key), PAGE);
    expect(await complete(id)).toMatchObject({ status: 200 });
    moveClock(EXPIRY_AND_GRACE);
    await alarm();
    expect(await readFile(pendingOf(key))).toBeUndefined();
    expect(await readFile(key)).toEqual(PNG);
    moveClock(8 * 24 * 60 * MINUTE);
    await alarm();
    expect(await isForgotten()).toBe(true);
    expect(await readFile(key)).toEqual(PNG);
  });
});

describe("a download under a quarantine", () => {
  const read = async (key: string) =>
    ask("POST", "/v1/downloads", { body: { policy: "checked", key } });

  it("waits until the object is promoted, whatever is under its key", async () => {
    const { id, key } = await send(PAGE);
    await putFile(key, PAGE);
    expect((await read(key)).status).toBe(404);
    await complete(id);
    await putFile(key, PAGE);
    expect((await read(key)).status).toBe(404);
  });

  it("works after the record is forgotten", async () => {
    const { id, key } = await send();
    await complete(id);
    expect((await read(key)).status).toBe(200);
    for (let days = 0; days < 20; days += 5) {
      moveClock(5 * 24 * 60 * MINUTE);
      await alarm();
    }
    expect(await isForgotten()).toBe(true);
    expect((await read(key)).status).toBe(200);
  });
});
