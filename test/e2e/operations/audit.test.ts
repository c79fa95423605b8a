/** The audit, to a real queue and to a real server. The CNCF's own SDK reads what arrives. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { Ajv2020 } from "ajv/dist/2020.js";
import { CloudEvent, HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEVELOPMENT_SECRETS } from "../../../dev/secrets.ts";
import {
  askForTicket,
  bytesOf,
  call,
  put,
  startAudited,
  tokenFor,
  type Server,
} from "../support/server.ts";

const BODY = bytesOf("not really a png");
const AUDIT_SECRET = `whsec_${btoa("an audit secret of the end-to-end tests")}`;
const alice = tokenFor("alice");
const isValid = new Ajv2020({ formats: { "date-time": true } }).compile(
  JSON.parse(readFileSync("docs/audit-event.schema.json", "utf8")) as object,
);

/** Throws for what is no CloudEvent 1.0, or not as it is documented. */
function readEvent(given: object): string {
  const event = new CloudEvent<unknown>(given);
  event.validate();
  const plain: unknown = JSON.parse(JSON.stringify(event));
  if (!isValid(plain)) throw new Error(`${event.type} is not as documented`);
  const { decision, user } = event.data as { readonly decision?: string; readonly user?: string };
  return [event.type.replace("edge-presigner.", ""), decision, user].filter(Boolean).join(" ");
}

/** What users and strangers do under a policy with a quota, and under one without. */
async function exercise(server: Server): Promise<void> {
  for (const policy of ["photo", "plan"]) {
    const file = { policy, contentType: "image/png", size: BODY.length };
    const ticket = await askForTicket(server, alice, file);
    if ((await put(ticket, BODY)).status !== 200) throw new Error("The store took no file");
    await call(server, alice, "POST", `/v1/uploads/${ticket.id}/complete`);
    await call(server, alice, "POST", "/v1/downloads", { policy, key: ticket.key });
    await call(server, alice, "DELETE", "/v1/objects", { policy, key: ticket.key });
  }
  await call(server, alice, "POST", "/v1/uploads", {
    policy: "photo",
    contentType: "text/html",
    size: 5,
  });
  await call(server, alice, "POST", "/v1/downloads", { policy: "photo", key: "photos/bob/1.png" });
  await call(server, `${alice}x`, "GET", "/v1/policies");
}

const EXPECTED = [
  ...["photo", "plan"].flatMap(() => [
    "upload.granted allowed alice",
    "upload.completed allowed alice",
    "download.granted allowed alice",
    "object.deleted allowed alice",
  ]),
  "download.refused refused alice",
  "identity.refused refused",
  "upload.refused refused alice",
].toSorted();

describe("an audit to a queue", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startAudited();
  });
  afterAll(async () => server.close());

  it("is one message for each event, whoever sends it: the request or the ledger", async () => {
    await exercise(server);
    const readTaken = async () => {
      const taken = (await (await fetch(`${server.url}/taken`)).json()) as readonly object[];
      return taken.map(readEvent).toSorted();
    };
    await expect.poll(readTaken, { timeout: 40_000, interval: 500 }).toEqual(EXPECTED);
  });
});

describe("an audit to a server", () => {
  let server: Server;
  let status = 200;
  const requests: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
  const receiver = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      requests.push({ headers: request.headers, body });
      response.writeHead(status).end();
    })();
  });
  beforeAll(async () => {
    receiver.listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const address = receiver.address();
    if (!address || typeof address === "string") throw new Error("The receiver has no port");
    const AUDIT_URL = `http://127.0.0.1:${address.port}/events`;
    server = await startAudited({ AUDIT_URL, AUDIT_SECRET });
  });
  afterAll(async () => {
    await server.close();
    receiver.close();
  });

  it("is signed, in batches that the CloudEvents SDK reads, and has no secret, token or URL", async () => {
    await exercise(server);
    const readEvents = () =>
      requests
        .flatMap(({ headers, body }) => {
          new Webhook(AUDIT_SECRET).verify(body, headers as Record<string, string>);
          const events = HTTP.toEvent<unknown>({ headers, body });
          return Array.isArray(events) ? events.map(readEvent) : ["not a batch"];
        })
        .toSorted();
    await expect.poll(readEvents, { timeout: 40_000, interval: 500 }).toEqual(EXPECTED);
    const text = requests.map(({ body }) => body).join("\n");
    const secrets = [...Object.values(DEVELOPMENT_SECRETS), AUDIT_SECRET, alice, "X-Amz-", "://"];
    expect(secrets.filter((one) => text.includes(one))).toEqual([]);
  });

  it("that is down changes no answer, and the log says how many events were lost", async () => {
    status = 503;
    const file = { policy: "photo", contentType: "image/png", size: BODY.length };
    await askForTicket(server, alice, file);
    await expect
      .poll(() => server.readLog().filter((line) => line.includes('"audit-lost"')))
      .toHaveLength(1);
  });
});
