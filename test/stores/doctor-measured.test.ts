import { expect, it } from "vitest";
import { examine } from "../e2e/support/run-doctor.ts";
import { MEASURABLE, type Measurable } from "./measure.ts";
import { PEER_ENV, peer, videoOn } from "./peer.ts";

const setting = JSON.parse(process.env["STORE_SETTING"] ?? "{}") as {
  readonly capabilities?: { readonly noOverwrite?: boolean };
};
const make = MEASURABLE[(process.env["STORE_PROVIDER"] ?? "compatible") as Measurable];

it("says what to do about each problem, has nothing more to set, and leaves nothing behind", async () => {
  const overwrite = setting.capabilities?.noOverwrite === false;
  const seen = await examine(videoOn(make({ ...peer, ...setting }), { overwrite }), PEER_ENV);
  for (const { name, verdict, message } of seen.all)
    process.stderr.write(`${name} ${verdict}: ${message}\n`);
  expect(seen.all.filter(({ verdict, fix }) => verdict === "bad" && !fix)).toEqual([]);
  expect(seen.setting).toEqual({});
  expect(seen.left).toEqual([]);
});
