/** What the helper adds, with every version: the service looks at each file after its upload. */
import { describe, expect, it } from "vitest";
import { mintDevelopmentToken } from "../../../cli/mint.ts";
import type { Settings } from "../../uppy/driver.ts";
import type { Setting } from "./uppy-page.ts";

export function describeCompletion(
  { open, expectStored }: Setting,
  helped: Partial<Settings> = {},
): void {
  describe("a file that is completed", () => {
    it.for([
      ["in one PUT", false],
      ["multipart", true],
    ] as const)("has a receipt, %s", async ([, isInParts]) => {
      const uppy = await open({ ...helped, isInParts });
      const { bodies } = await uppy.send("a.txt", "text/plain", 6);
      const [, claims = ""] = bodies[0]?.["receipt"]?.split(".") ?? [];
      expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
        sub: "alice",
        upload: { key: bodies[0]?.["key"], size: 6 },
      });
    });

    it("is there although its answer was lost", async () => {
      const uppy = await open(helped);
      let isLost = false;
      await uppy.page.route("**/cdn-cgi/**", async (route) => {
        // Before the PUT comes its preflight, and another PUT after it where Uppy tries again.
        if (isLost || route.request().method() !== "PUT") return route.continue();
        isLost = true;
        expect((await route.fetch()).status()).toBe(200);
        return route.abort("connectionreset");
      });
      const outcome = await uppy.send("a.txt", "text/plain", 5);
      await expectStored(outcome, 5);
      expect(isLost).toBe(true);
      expect(outcome.bodies[0]?.["receipt"]).toMatch(/^ey/);
    });

    it("is completed later, when the network was away or the service was asked too often", async () => {
      const uppy = await open(helped);
      const answers = ["away", "often"];
      await uppy.page.route("**/complete", async (route) => {
        // A preflight is the browser's own.
        const answer = route.request().method() === "POST" ? answers.shift() : undefined;
        if (answer === undefined) return route.continue();
        if (answer === "away") return route.abort("internetdisconnected");
        const headers = { "access-control-allow-origin": "*" };
        return route.fulfill({ status: 429, headers, json: { message: "Wait", retryAfter: 1 } });
      });
      const outcome = await uppy.send("a.txt", "text/plain", 5);
      await expectStored(outcome, 5);
      expect(answers).toEqual([]);
      expect(outcome.bodies[0]?.["receipt"]).toMatch(/^ey/);
    });

    it("has failed where the store has nothing", async () => {
      const uppy = await open(helped);
      const headers = { "access-control-allow-origin": "*", etag: "x" };
      const exposed = { "access-control-expose-headers": "etag" };
      await uppy.page.route("**/cdn-cgi/**", async (route) =>
        route.fulfill({ status: 200, headers: { ...headers, ...exposed } }),
      );
      const outcome = await uppy.send("a.txt", "text/plain", 5);
      expect(outcome.errors).toEqual([
        "Send the file first: the store has no object under this key yet",
      ]);
    });

    it("is not taken for the one before it, when it is added again and refused", async () => {
      const token = await mintDevelopmentToken("bob", { expiresInSeconds: 600 });
      const uppy = await open({ ...helped, token, policy: "once" });
      await expectStored(await uppy.send("a.txt", "text/plain", 5), 5);
      await uppy.run("cancel");
      const again = await uppy.send("a.txt", "text/plain", 5);
      expect(again.errors).toEqual([
        expect.stringMatching(/^Wait \d+ seconds: the quota of uploads is used up$/),
      ]);
      expect(again.successes).toBe(1);
    });
  });
}
