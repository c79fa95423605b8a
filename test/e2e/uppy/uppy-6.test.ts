import { describe, expect, it } from "vitest";
import {
  LARGE,
  describeUploads,
  expireBeforePart2,
  tokenForSeconds,
  useUppy,
  waitForParts,
  type Setting,
} from "../support/uppy-page.ts";
import { describeCompletion } from "../support/uppy-completion.ts";

/** Version 6 remembers what it sent, and asks the store for what it does not. */
function describeResuming({ open, expectStored }: Setting, hasReceipt: boolean): void {
  it("goes on after a pause, without sending again what has arrived", async () => {
    const uppy = await open({ isInParts: true });
    const held = await uppy.hold(2);
    await uppy.run("add", "a.txt", "text/plain", LARGE);
    const upload = uppy.run("upload");
    await held.first;
    await waitForParts(uppy, 1);
    await uppy.run("pause");
    await held.letGo();
    await uppy.run("resume");
    await expectStored(await upload, LARGE);
    expect(uppy.puts).toEqual([1, 2, 3]);
  });

  it("goes on after a reload", async () => {
    const uppy = await open({ isInParts: true, isRestoring: true });
    expect(await uppy.start()).toBe(0);
    const held = await uppy.hold(2);
    await uppy.run("add", "a.txt", "text/plain", LARGE);
    const upload = uppy.run("upload").catch(() => "reloaded");
    const part = await held.first;
    // Golden Retriever writes down what it knows twice a second.
    await uppy.page.waitForTimeout(1500);
    await uppy.reload();
    expect(await upload).toBe("reloaded");
    await held.letGo();
    expect(await uppy.start()).toBe(1);
    const outcome = await uppy.run("restore");
    await expectStored(outcome, LARGE);
    const { key = "", receipt } = outcome.bodies[0] ?? {};
    expect(receipt !== undefined).toBe(hasReceipt);
    expect(decodeURIComponent(new URL(part.url()).pathname)).toMatch(new RegExp(`/${key}$`));
  });
}

describe("Uppy 6 with a token in the path", () => {
  const setting = useUppy(6, "companion");
  const { open, expectStored } = setting;
  describeUploads(setting);
  describeResuming(setting, false);

  it("says no more than the status of a refusal", async () => {
    const single = await (await open({ isInParts: false })).send("a.txt", "text/plain", 5);
    expect(single.errors).toEqual(["Companion request failed: Unprocessable Entity"]);
    const empty = await (await open()).send("a.txt", "text/plain", 0);
    expect(empty.errors).toEqual(["Companion request failed: Unprocessable Entity"]);
    const type = await (await open()).send("a.png", "image/png", 5);
    expect(type.errors).toEqual(["Companion request failed: Unsupported Media Type"]);
    await expectStored(await (await open({ policy: "once" })).send("a.txt", "text/plain", 5), 5);
    const second = await (await open({ policy: "once" })).send("b.txt", "text/plain", 6);
    expect(second.errors).toEqual(["Companion request failed: Too Many Requests"]);
  });

  it("ends when the token expires", async () => {
    const uppy = await open({ isInParts: true, token: await tokenForSeconds(4) });
    await expireBeforePart2(uppy, 5);
    const outcome = await uppy.send("a.txt", "text/plain", LARGE);
    expect(outcome.errors).toEqual(["Companion request failed: Unauthorized"]);
  });
});

describe("Uppy 6 with the helper", () => {
  const setting = useUppy(6, "signer");
  const { open, expectStored } = setting;
  describeUploads(setting);
  describeResuming(setting, true);
  describeCompletion(setting);

  it("stores an empty file", async () => {
    await expectStored(await (await open()).send("a.txt", "text/plain", 0), 0);
  });

  it("says in the service's own words what is refused", async () => {
    for (const isInParts of [true, false]) {
      const type = await (await open({ isInParts })).send("a.png", "image/png", 5);
      expect(type.errors).toEqual([
        "Use one of text/plain, application/octet-stream: image/png is not allowed",
      ]);
    }
    await expectStored(await (await open({ policy: "once" })).send("a.txt", "text/plain", 5), 5);
    const second = await (await open({ policy: "once" })).send("b.txt", "text/plain", 6);
    expect(second.errors).toEqual([
      expect.stringMatching(/^Wait \d+ seconds: the quota of uploads is used up$/),
    ]);
  });

  it("says so when the token expires, and goes on with a new one", async () => {
    const uppy = await open({ isInParts: true, token: await tokenForSeconds(4) });
    const held = await uppy.hold(1);
    await uppy.run("add", "a.txt", "text/plain", LARGE);
    const upload = uppy.run("upload");
    await held.first;
    await uppy.page.waitForTimeout(5000);
    await uppy.run("pause");
    await held.letGo();
    await uppy.run("resume");
    const outcome = await upload;
    expect(outcome.errors).toEqual(["Send a valid token: Authorization: Bearer <token>"]);
    await uppy.run("renew", await tokenForSeconds(60));
    await expectStored(await uppy.run("retry"), LARGE);
  });
});
