import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { runCommand } from "../support/command.ts";
import { startServer, tokenFor, type Server } from "../support/server.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => server.close());

const resultSchema = z.object({
  isGood: z.boolean(),
  steps: z.array(z.object({ name: z.string(), result: z.string(), message: z.string() })),
});

async function smoke(url: string, ...args: readonly string[]) {
  const { stdout, stderr, status } = await runCommand(["smoke", "--url", url, "--json", ...args]);
  expect(stderr).toBe("");
  const { isGood, steps } = resultSchema.parse(JSON.parse(stdout));
  const results = Object.fromEntries(steps.map(({ name, result }) => [name, result]));
  return { isGood, steps, results, status };
}

const keyOf = (steps: readonly { readonly name: string; readonly message: string }[]): string =>
  steps.find(({ name }) => name === "ticket")?.message ?? "";

/** Forwards to the Worker, and changes the JSON of some answers. */
async function startFront(change: (path: string, answer: object) => object) {
  const front = createServer((request, response) => {
    void (async () => {
      const { method = "", url = "", headers } = request;
      if (url === "/refusing-store") return response.writeHead(403).end();
      if (url === "/forgetful-store") return response.writeHead(200).end();
      const body = await text(request);
      const answer = await fetch(new URL(url, server.url), {
        method,
        headers: { authorization: headers.authorization ?? "" },
        ...(body !== "" && { body: new Blob([body], { type: "application/json" }) }),
      });
      const answered = await answer.text();
      const changed =
        answered === ""
          ? answered
          : JSON.stringify(
              change(url, z.record(z.string(), z.unknown()).parse(JSON.parse(answered))),
            );
      return response.writeHead(answer.status, { "content-type": "application/json" }).end(changed);
    })();
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  const { port } = front.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      front.closeAllConnections();
      front.close();
    },
  };
}

describe("edge-presigner smoke", () => {
  it("sends a file, verifies its receipt, reads it and leaves nothing", async () => {
    const { isGood, results, steps, status } = await smoke(server.url);
    expect(results).toEqual({
      worker: "good",
      policy: "good",
      ticket: "good",
      put: "good",
      complete: "good",
      receipt: "good",
      download: "good",
      delete: "good",
    });
    expect([isGood, status]).toEqual([true, 0]);
    expect(keyOf(steps)).toMatch(/^photos\/smoke\/.+\.png$/);
    expect(await server.read(keyOf(steps))).toBeUndefined();
  });

  it("prints a line for each step, and what stays where the policy allows no deletion", async () => {
    const { stdout, status } = await runCommand([
      "smoke",
      "--url",
      server.url,
      "--policy",
      "avatar",
    ]);
    expect(stdout).toMatch(/✔ put +\d+ ms {2}64 bytes of image\/jpeg/);
    expect(stdout).toMatch(
      /• delete +the policy allows none: avatars\/smoke\/\S+ stays in the bucket/,
    );
    expect(stdout).toContain("The Worker and the store work.");
    expect(status).toBe(0);
  });

  it("sends a file that quarantine takes for what it is, and waits while it is checked", async () => {
    let questions = 0;
    const front = await startFront((path, answer) => {
      if (!path.endsWith("/complete")) return answer;
      questions += 1;
      return questions === 1 ? { status: "pending" } : answer;
    });
    try {
      const { results, steps } = await smoke(front.url, "--policy", "checked");
      expect(results).toMatchObject({ complete: "good", receipt: "good", download: "good" });
      expect(questions).toBe(2);
      expect(await server.read(keyOf(steps))).toBeDefined();
    } finally {
      front.close();
    }
  });

  it("says which step failed, and aborts the upload that the store refused", async () => {
    const front = await startFront((path, answer) =>
      path === "/v1/uploads" ? { ...answer, url: `${front.url}/refusing-store` } : answer,
    );
    try {
      const { results, steps, status } = await smoke(front.url);
      expect(results).toEqual({
        worker: "good",
        policy: "good",
        ticket: "good",
        put: "bad",
        delete: "good",
      });
      expect(steps.at(-2)?.message).toContain("The store answered 403");
      expect(steps.at(-1)?.message).toBe("the upload is aborted");
      expect(status).toBe(1);
    } finally {
      front.close();
    }
  });

  it("aborts the upload whose file the store has taken and not kept", async () => {
    const front = await startFront((path, answer) =>
      path === "/v1/uploads" ? { ...answer, url: `${front.url}/forgetful-store` } : answer,
    );
    try {
      const { results, steps } = await smoke(front.url);
      expect(results).toMatchObject({ put: "good", complete: "bad", delete: "good" });
      expect(steps.at(-1)?.message).toBe("the upload is aborted");
    } finally {
      front.close();
    }
  });

  it("compares what it reads with what it has sent, and deletes the file", async () => {
    const front = await startFront((path, answer) =>
      path === "/v1/downloads" ? { ...answer, url: `${server.url}/healthz` } : answer,
    );
    try {
      const { results, steps, status } = await smoke(front.url);
      expect(results).toMatchObject({ receipt: "good", download: "bad", delete: "good" });
      expect(steps.at(-2)?.message).toBe("The store returned other bytes than were sent");
      expect(await server.read(keyOf(steps))).toBeUndefined();
      expect(status).toBe(1);
    } finally {
      front.close();
    }
  });

  it("deletes the file though its receipt is not valid", async () => {
    const front = await startFront((path, answer) =>
      path.endsWith("/complete") ? { ...answer, receipt: "a.b.c" } : answer,
    );
    try {
      const { results, steps, status } = await smoke(front.url);
      expect(results).toMatchObject({ complete: "good", receipt: "bad", delete: "good" });
      expect(results).not.toHaveProperty("download");
      expect(await server.read(keyOf(steps))).toBeUndefined();
      expect(status).toBe(1);
    } finally {
      front.close();
    }
  });

  it("names the setting of a receipt for somebody else", async () => {
    const { steps, status } = await smoke(server.url, "--audience", "https://other.example");
    const failed = steps.find(({ result }) => result === "bad");
    expect(failed?.name).toBe("receipt");
    expect(failed?.message).toContain("The claim aud of the receipt is another one");
    expect(status).toBe(1);
  });

  it("repeats the Worker's reason for a token or a policy that it refuses", async () => {
    const refused = await smoke(server.url, "--token", "a.b.c");
    expect(refused.results).toEqual({ worker: "good", policy: "bad" });
    expect(refused.steps.at(-1)?.message).toMatch(/^401 unauthenticated: /);
    const unknown = await smoke(server.url, "--token", tokenFor("sam"), "--policy", "none");
    expect(unknown.steps.at(-1)).toMatchObject({
      name: "policy",
      message: 'This token cannot use the policy "none"',
    });
    expect([refused.status, unknown.status]).toEqual([1, 1]);
  });

  it("says that nothing answers", async () => {
    const { steps, status } = await smoke("http://127.0.0.1:9");
    expect(steps.map(({ name, result }) => [name, result])).toEqual([["worker", "bad"]]);
    expect(steps[0]?.message).toContain("did not answer");
    expect(status).toBe(1);
  });
});
