import { expect, it } from "vitest";
import { compatible } from "../../src/define.ts";
import { examine } from "../e2e/support/run-doctor.ts";
import { PEER_ENV, peer, videoOn } from "./peer.ts";

it("finds that Swift takes no If-None-Match, and prints the setting", async () => {
  const { bad, setting } = await examine(videoOn(compatible(peer)), PEER_ENV);
  expect(bad).toContain("put");
  expect(setting).toEqual({ capabilities: { noOverwrite: false } });
});

it("finds that Swift looks at the region, and refuses what was not signed", async () => {
  const { verdictOf } = await examine(videoOn(compatible(peer), { overwrite: true }), PEER_ENV);
  const kept = ["region", "copy-source", "copy-source-on-part", "unsigned-metadata"] as const;
  expect(kept.map(verdictOf)).toEqual(kept.map(() => "good"));
  expect(verdictOf("checksum-md5")).toBe("good");
  expect(verdictOf("checksum-sha256")).toBe("note");
});
