import { describe, expect, it } from "vitest";
import { CONFIG, ENV, postUpload, startWorker, tokenFor } from "../support/start-worker.ts";

/** A store that sends back whatever it got, as S3 does with a string to sign, and more. */
async function echo(_url: string, init: RequestInit): Promise<Response> {
  const authorization = new Headers(init.headers).get("authorization") ?? "";
  const signature = authorization.split("Signature=")[1] ?? "";
  const fields = `<Code>${signature}</Code><Message>${authorization}</Message>`;
  return Promise.resolve(
    new Response(`<Error>${fields}</Error>`, { status: 403, headers: { "x-echo": authorization } }),
  );
}

describe("a store that sends back the request", () => {
  it("puts no signature and no credentials into an answer or the log", async () => {
    const sent: string[] = [];
    const fetch = async (url: string, init: RequestInit) => {
      const { authorization = "" } = Object.fromEntries(new Headers(init.headers));
      sent.push(authorization.split("Signature=")[1] ?? "");
      return echo(url, init);
    };
    const document = { ...CONFIG.policies["document"], multipartFrom: "8 MiB", delete: true };
    const config = { ...CONFIG, policies: { ...CONFIG.policies, document } };
    const worker = startWorker({ config, dependencies: { fetch } });
    const file = { policy: "document", filename: "a.txt", contentType: "text/plain", size: 5 };
    const { id, key } = await (await postUpload(worker, file)).json<{ id: string; key: string }>();
    const headers = {
      authorization: `Bearer ${await tokenFor()}`,
      "content-type": "application/json",
    };
    const object = JSON.stringify({ policy: "document", key });
    const answers = [
      await postUpload(worker, { ...file, multipart: true }),
      await worker.fetch(`/v1/uploads/${id}/complete`, { method: "POST", headers, body: "{}" }),
      await worker.fetch("/v1/objects", { method: "DELETE", headers, body: object }),
    ];
    const texts = await Promise.all(
      answers.map(async (answer) => JSON.stringify([...answer.headers]) + (await answer.text())),
    );
    expect(answers.map(({ status }) => status)).toEqual([502, 502, 502]);
    expect(sent.length).toBeGreaterThan(2);
    const left = [...texts, ...worker.log].join("\n");
    for (const signature of sent) {
      expect(signature).toMatch(/^[0-9a-f]{64}$/);
      expect(left).not.toContain(signature);
    }
    expect(left).not.toContain(ENV.MEDIA_ACCESS_KEY_ID);
    expect(left).not.toContain(ENV.MEDIA_SECRET_ACCESS_KEY);
  });
});
