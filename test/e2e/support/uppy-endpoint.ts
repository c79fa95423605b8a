/** What versions 4 and 5 do alike, with a token in a header. */
import { describe, expect, it } from "vitest";
import { can } from "./store.ts";
import {
  LARGE,
  expireBeforePart2,
  tokenForSeconds,
  waitForParts,
  type Setting,
} from "./uppy-page.ts";

export function describeEndpoint({ open, expectStored }: Setting): void {
  describe("an empty file", () => {
    it("is stored", async () => {
      await expectStored(await (await open()).send("a.txt", "text/plain", 0), 0);
    });
  });

  describe("a multipart upload", () => {
    it("goes on after a pause", async () => {
      const uppy = await open({ isInParts: true });
      const held = await uppy.hold(1, 2, 3);
      await uppy.run("add", "a.txt", "text/plain", LARGE);
      const upload = uppy.run("upload");
      await held.first;
      await uppy.run("pause");
      await held.letGo();
      expect(uppy.puts).toEqual([]);
      await uppy.run("resume");
      await expectStored(await upload, LARGE);
    });

    const pauseAfterTwo = async (isHelped: boolean) => {
      const uppy = await open({ isInParts: true, isHelped });
      const held = await uppy.hold(2);
      await uppy.run("add", "a.txt", "text/plain", LARGE);
      const upload = uppy.run("upload");
      await held.first;
      await waitForParts(uppy, 2);
      await uppy.run("pause");
      await held.letGo();
      await uppy.run("resume");
      return { uppy, outcome: await upload };
    };

    it("goes on after a pause with parts that had arrived, at once where the store lists them", async () => {
      const { uppy, outcome } = await pauseAfterTwo(false);
      // Uppy has let go of what it sent, and looks for it in an empty list.
      expect(outcome.errors).toHaveLength(can("list-parts") ? 0 : 1);
      await expectStored(can("list-parts") ? outcome : await uppy.run("retry"), LARGE);
    });

    it("goes on after it on any store with the helper, and sends no part again", async () => {
      const { uppy, outcome } = await pauseAfterTwo(true);
      await expectStored(outcome, LARGE);
      expect(uppy.puts.toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
    });

    it("goes on after a reload", async () => {
      const uppy = await open({ isInParts: true, isRestoring: true });
      const begun: string[] = [];
      uppy.page.on("request", (request) => {
        if (request.method() === "POST" && request.url().endsWith("/multipart"))
          begun.push(request.url());
      });
      expect(await uppy.start()).toBe(0);
      const held = await uppy.hold(2);
      await uppy.run("add", "a.txt", "text/plain", LARGE);
      const upload = uppy.run("upload").catch(() => "reloaded");
      await held.first;
      await waitForParts(uppy, 2);
      // Golden Retriever writes down what it knows twice a second.
      await uppy.page.waitForTimeout(1500);
      await uppy.reload();
      expect(await upload).toBe("reloaded");
      await held.letGo();
      expect(await uppy.start()).toBe(1);
      await expectStored(await uppy.run("restore"), LARGE);
      expect(begun).toHaveLength(1);
    });

    it("says so when the token expires, and goes on with a new one", async () => {
      const uppy = await open({ isInParts: true, token: await tokenForSeconds(4) });
      await expireBeforePart2(uppy, 5);
      const outcome = await uppy.send("a.txt", "text/plain", LARGE);
      expect(outcome.errors).toEqual(["Authorization required"]);
      await uppy.run("renew", await tokenForSeconds(60));
      await expectStored(await uppy.run("retry"), LARGE);
    });
  });

  describe("what is refused", () => {
    it("is told in the service's own words: a type", async () => {
      for (const isInParts of [true, false]) {
        const outcome = await (await open({ isInParts })).send("a.png", "image/png", 5);
        expect(outcome.errors).toEqual([
          "Use one of text/plain, application/octet-stream: image/png is not allowed",
        ]);
      }
    });

    it("is told in the service's own words: a quota", async () => {
      const uppy = await open({ policy: "once" });
      await expectStored(await uppy.send("a.txt", "text/plain", 5), 5);
      const second = await (await open({ policy: "once" })).send("b.txt", "text/plain", 6);
      expect(second.errors).toEqual([
        expect.stringMatching(/^Wait \d+ seconds: the quota of uploads is used up$/),
      ]);
    });

    it("is told in the service's own words: a file whose size the page does not say", async () => {
      for (const isInParts of [true, false]) {
        const uppy = await open({ isInParts, isSizeTold: false });
        expect((await uppy.send("a.txt", "text/plain", 5)).errors).toEqual([
          "Set the size before the upload: uppy.setFileMeta(file.id, { size: file.size })",
        ]);
      }
    });
  });
}
